"""Sentences in many languages, written for these tests, and the encodings that such texts were kept in."""

from __future__ import annotations

SENTENCES = {
    "Russian": """
        Мост через реку закрыли утром, потому что вода поднялась выше обычного.
        Яблоки в этом году уродились мелкие, зато их очень много.
        Юрий Петрович работает на почте с весны и знает каждую улицу.
        «Мы не ждали таких вопросов», — ответила директор школы.
        Железнодорожники Забайкалья получат надбавку за зимние месяцы.
        Эта дорога ведёт к старой мельнице и дальше в лес.
        Щербаков объяснил журналистам, почему съезд перенесли на июль.
        Я думаю, что хорошая погода продержится ещё неделю.
        Жара спала только к вечеру.
        Большая часть груза застряла на таможне.
        В библиотеке открылась выставка, посвящённая истории книгопечатания.
        Комиссия проверила счета и не нашла ошибок.
        Чья это шляпа лежит на скамейке у ворот?
        Цирк уехал, а клоуны остались, шутят местные жители.
        По словам врача, ребёнок быстро идёт на поправку.
        Учёные измерили толщину льда в семи точках озера.
        Новый трамвай соединит вокзал с университетом и рынком.
        Ночью был сильный ветер, и крышу сарая сорвало.
        Она долго смотрела на море, потом встала и ушла.
        Фермеры просят отсрочить выплату долга до конца лета.
        Хлеб подорожал на пять рублей, молоко — на восемь.
        Союз писателей выбирает председателя каждые четыре года.
        Этой осенью грибов почти не было, зато клюквы собрали вдоволь.
        Шахтёры спустились в забой в шесть часов утра.
        Суд отложил заседание из-за болезни свидетеля.
        Доклад занял двадцать минут, обсуждение — целый час.
        ОТКРЫТИЕ НОВОЙ БОЛЬНИЦЫ СОСТОИТСЯ В ПЯТНИЦУ
        Янтарь находят на берегу после каждого шторма.
        Её брат служил на флоте и видел полярное сияние.
        Пожар потушили до прибытия второй машины.
    """,
    "Ukrainian": """
        Міст через річку зачинили вранці, бо вода піднялася вище звичайного.
        Яблука цього року дрібні, зате їх дуже багато.
        Її брат служив на флоті й бачив полярне сяйво.
        Учителька пояснила, чому їхній потяг запізнився на годину.
        Нова лікарня відчиниться в п'ятницю, кажуть у міській раді.
        Ця дорога веде до старого млина і далі в ліс.
        Жнива скінчилися раніше, ніж торік, бо літо було сухе.
        Вночі був сильний вітер, і дах сараю зірвало.
        Йому здається, що гарна погода ще потримається.
        Хліб подорожчав на дві гривні, молоко — на три.
        Європейські інженери оглянули греблю й склали звіт.
        Щороку навесні діти садять дерева біля школи.
    """,
    "Bulgarian": """
        Мостът над реката беше затворен сутринта, защото водата се покачи.
        Тази година ябълките са дребни, но са много.
        Нейният брат служи във флота и видя полярното сияние.
        Учителката обясни защо влакът закъсня с един час.
        Пътят води към старата мелница и после в гората.
        Хлябът поскъпна с десет стотинки, млякото също.
        Жътвата свърши по-рано от обикновено.
        Библиотеката откри изложба за историята на печата.
        През нощта духаше силен вятър и покривът падна.
        Съдът отложи делото заради болен свидетел.
        Юлия и Яна чакаха автобуса на ъгъла.
        Щъркелите се върнаха в края на март.
    """,
    "Serbian": """
        Мост преко реке затворен је јутрос јер је вода порасла.
        Јабуке су ове године ситне, али их има много.
        Њен брат је служио у морнарици и видео поларну светлост.
        Учитељица је објаснила зашто воз касни читав сат.
        Овај пут води до старог млина и даље у шуму.
        Хлеб је поскупео, а млеко још више.
        Ђорђе и Љубица чекају аутобус на ћошку.
        Џеп му је био пун ораха.
    """,
    "Czech": """
        Most přes řeku ráno zavřeli, protože voda stoupla výš než obvykle.
        Jablka jsou letos drobná, zato je jich hodně.
        Její bratr sloužil u námořnictva a viděl polární záři.
        Učitelka vysvětlila, proč se vlak opozdil o hodinu.
        Tahle cesta vede ke starému mlýnu a dál do lesa.
        Chléb zdražil o dvě koruny, mléko o tři.
        Žně skončily dřív než loni, léto bylo suché.
        V noci foukal silný vítr a střecha kůlny spadla.
        Soud odročil jednání kvůli nemoci svědka.
        Knihovna otevřela výstavu o dějinách knihtisku.
        Šťastný nálezce vrátil peněženku na úřad.
        Děti sázejí každé jaro stromy u školy.
    """,
    "Polish": """
        Most nad rzeką zamknięto rano, bo woda podniosła się wyżej niż zwykle.
        Jabłka są w tym roku drobne, ale jest ich dużo.
        Jej brat służył w marynarce i widział zorzę polarną.
        Nauczycielka wyjaśniła, dlaczego pociąg spóźnił się godzinę.
        Ta droga prowadzi do starego młyna i dalej w las.
        Chleb podrożał o złotówkę, mleko jeszcze bardziej.
        Żniwa skończyły się wcześniej, bo lato było suche.
        W nocy wiał silny wiatr i zerwało dach stodoły.
        Sąd odroczył rozprawę z powodu choroby świadka.
        Biblioteka otworzyła wystawę o dziejach druku.
        Łódź wypłynęła o świcie i wróciła pełna śledzi.
        Dzieci co wiosnę sadzą drzewa przy szkole.
    """,
    "Hungarian": """
        A hidat reggel lezárták, mert a víz magasabbra emelkedett a szokásosnál.
        Az alma idén apró, viszont nagyon sok van belőle.
        A bátyja a tengerészetnél szolgált, és látta a sarki fényt.
        A tanítónő elmagyarázta, miért késett egy órát a vonat.
        Ez az út a régi malomhoz vezet, onnan pedig az erdőbe.
        Drágább lett a kenyér, a tej pedig még inkább.
        Éjjel erős szél fújt, és leszakadt a csűr teteje.
        A bíróság elnapolta a tárgyalást a tanú betegsége miatt.
        Űrhajósok érkeztek a főváros repülőterére.
        A gyerekek minden tavasszal fát ültetnek az iskola mellé.
    """,
    "Romanian": """
        Podul de peste râu a fost închis dimineața, fiindcă apa a crescut.
        Merele sunt mici anul acesta, în schimb sunt foarte multe.
        Fratele ei a slujit în marină și a văzut aurora polară.
        Învățătoarea a explicat de ce trenul a întârziat o oră.
        Drumul acesta duce la moara veche și apoi în pădure.
        Pâinea s-a scumpit, iar laptele și mai mult.
        Noaptea a bătut un vânt puternic și acoperișul a căzut.
        Țăranii așteaptă ploaia de trei săptămâni.
        Judecătoria a amânat procesul din pricina unui martor bolnav.
        Copiii plantează copaci lângă școală în fiecare primăvară.
    """,
    "Turkish": """
        Su alışılandan fazla yükseldiği için köprü sabah kapatıldı.
        Elmalar bu yıl küçük, ama sayıları çok.
        Ağabeyi donanmada görev yapmış ve kutup ışığını görmüş.
        Öğretmen, trenin neden bir saat geciktiğini açıkladı.
        Bu yol eski değirmene, oradan da ormana gider.
        Ekmeğe zam geldi, süt daha da pahalandı.
        Gece şiddetli rüzgâr çıktı, ahırın çatısı uçtu.
        Mahkeme, tanığın hastalığı yüzünden duruşmayı erteledi.
        İstanbul'da çocuklar her bahar okulun yanına ağaç dikiyor.
        Şoför kapıyı açtı ve yolcuların inmesini bekledi.
    """,
    "German": """
        Die Brücke über den Fluss wurde früh gesperrt, weil das Wasser höher stand als üblich.
        Die Äpfel sind heuer klein, dafür gibt es sehr viele.
        Ihr Bruder fuhr zur See und hörte nachts die Möwen.
        Die Lehrerin erklärte, warum der Zug eine Stunde später ankam: Schnee auf den Gleisen vor München.
        Dieser Weg führt zur alten Mühle und weiter in den Wald.
        Das Brot ist teurer geworden, und die Milch für die Schüler auch.
        Über Nacht blies ein heftiger Wind, das Dach der Scheune löste sich.
        Das Gericht vertagte die Sitzung, da der Zeuge noch grippekrank in Köln läge.
        Öffnet die Bücherei im März, zeigt sie größere Bilder.
        Die Kinder pflanzen jedes Frühjahr Bäume neben der Schule an der Weißen Straße.
    """,
    "French": """
        Le pont a été fermé ce matin, car l'eau est montée plus haut que d'habitude.
        Les pommes sont petites cette année, mais la récolte est énorme.
        Son frère a servi dans la marine et il a aperçu une aurore boréale.
        L'institutrice a expliqué pourquoi le train était arrivé en retard à Besançon.
        Ce chemin mène au vieux moulin, puis à la forêt où l'on chassait.
        Le pain a augmenté, et le lait d'août coûte encore plus cher là-bas.
        Le vent a soufflé très fort la nuit dernière et le toit de la grange s'est envolé.
        Le tribunal a reporté l'audience : le témoin est tombé malade à Noël.
        Élèves et maîtres plantent des hêtres près de l'école.
        La bibliothèque présente une exposition sur l'imprimé et ses caractères.
    """,
    "Spanish": """
        El puente se cerró por la mañana porque el río subió más de lo normal.
        Las manzanas son pequeñas este año, pero hay muchísimas.
        Su hermano sirvió en la marina y según él vio la aurora.
        La maestra explicó por qué el tren llegó una hora después.
        Este camino lleva al molino viejo y después continúa hasta el árbol caído.
        El pan subió de precio y la leche subió todavía más.
        De noche sopló un viento fuerte que arrancó el techo del establo: ¡qué susto!
        El tribunal aplazó la sesión por la enfermedad del testigo.
        ¿Quién plantó aquel limón junto a la escuela? Nadie lo recordó.
        Los niños añadieron más páginas al álbum de su compañera.
    """,
    "Portuguese": """
        A ponte foi fechada de manhã, porque a água subiu mais do que é hábito.
        As maçãs são pequenas este ano, mas há muitas.
        O irmão dela serviu na marinha e não esqueceu as luzes do céu.
        A professora explicou a razão do atraso: o comboio não tinha ligação.
        O pão está mais caro, e o leite também já não é barato.
        O tribunal adiou a sessão até à próxima quinta, por doença da testemunha.
    """,
    "English": """
        “The bridge was shut at dawn,” the keeper said — “nobody told us why.”
        It’s the baker’s third café on the street, and it’s always full.
        Her résumé lists a decade in the navy, a year in Zürich and a lot of déjà vu.
        The bread rose by 20%… the milk by more, and that’s not the end of it.
        They’d never met the curator, whose façade hid a very dry wit.
        ‘No comment,’ was all the minister’s office would say.
    """,
    "Greek": """
        Η γέφυρα έκλεισε το πρωί, γιατί το νερό ανέβηκε πολύ.
        Τα μήλα φέτος είναι μικρά, αλλά είναι πάρα πολλά.
        Ο αδερφός της υπηρέτησε στο ναυτικό και είδε το σέλας.
        Η δασκάλα εξήγησε γιατί το τρένο άργησε μία ώρα.
        Αυτός ο δρόμος οδηγεί στον παλιό μύλο και μετά στο δάσος.
        Το ψωμί ακρίβυνε, και το γάλα ακόμη περισσότερο.
        Τη νύχτα φύσηξε δυνατός άνεμος και έπεσε η στέγη.
        Τα παιδιά φυτεύουν δέντρα δίπλα στο σχολείο κάθε άνοιξη.
    """,
    "Hebrew": """
        הגשר נסגר בבוקר כי המים עלו מעל הרגיל.
        התפוחים קטנים השנה אבל יש מהם הרבה מאוד.
        אחיה שירת בחיל הים וראה את הזוהר הצפוני.
        המורה הסבירה מדוע הרכבת איחרה בשעה.
        הדרך הזאת מובילה אל הטחנה הישנה ומשם ליער.
        הלחם התייקר והחלב התייקר עוד יותר.
        בלילה נשבה רוח חזקה והגג נפל.
        הילדים נוטעים עצים ליד בית הספר בכל אביב.
    """,
    "Arabic": """
        أغلق الجسر في الصباح لأن الماء ارتفع فوق المعتاد.
        التفاح صغير هذا العام لكنه كثير جدا.
        خدم أخوها في البحرية ورأى أضواء الشمال.
        شرحت المعلمة سبب تأخر القطار ساعة كاملة.
        هذا الطريق يؤدي إلى الطاحونة القديمة ثم إلى الغابة.
        ارتفع ثمن الخبز وارتفع ثمن الحليب أكثر.
        هبت ريح شديدة في الليل وسقط سقف البيت.
        يزرع الأطفال الأشجار قرب المدرسة كل ربيع.
    """,
    "Armenian": """
        Կամուրջը առավոտյան փակեցին, որովհետև ջուրը բարձրացել էր։
        Խնձորներն այս տարի մանր են, բայց շատ են։
        Նրա եղբայրը ծառայել է նավատորմում և տեսել է բևեռափայլը։
        Ուսուցչուհին բացատրեց, թե ինչու գնացքը մեկ ժամ ուշացավ։
        Այս ճանապարհը տանում է դեպի հին ջրաղացը, հետո՝ անտառ։
        Հացը թանկացել է, իսկ կաթը՝ ավելի շատ։
        Գիշերը ուժեղ քամի էր, և տանիքը փլվեց։
        Երեխաները ամեն գարուն ծառեր են տնկում դպրոցի մոտ։
    """,
    "Japanese": """
        川の水がいつもより高くなったので、橋は朝から通れなくなった。
        今年のりんごは小さいが、数はとても多い。
        彼女の兄は海軍で働き、北の空の光を見たという。
        先生は列車が一時間遅れた理由を説明した。
        この道は古い水車小屋へ続き、その先は森である。
        パンの値段が上がり、牛乳はもっと上がった。
        夜に強い風が吹いて、納屋の屋根が飛んだ。
        子どもたちは毎年春に学校のそばへ木を植える。
    """,
    "Chinese": """
        河水涨得比平时高，所以大桥早上就关闭了。
        今年的苹果很小，但是数量非常多。
        她的哥哥在海军工作过，见过北方天空的光。
        老师说明了火车为什么晚到一个小时。
        这条路通向旧磨坊，然后进入森林。
        面包涨价了，牛奶涨得更多。
        夜里刮起大风，仓库的屋顶被吹走了。
        每年春天孩子们都在学校旁边种树。
    """,
    "Taiwanese": """
        河水漲得比平時高，所以大橋早上就關閉了。
        今年的蘋果很小，但是數量非常多。
        她的哥哥在海軍工作過，見過北方天空的光。
        老師說明了火車為什麼晚到一個小時。
        這條路通向舊磨坊，然後進入森林。
        麵包漲價了，牛奶漲得更多。
        夜裡颳起大風，倉庫的屋頂被吹走了。
        每年春天孩子們都在學校旁邊種樹。
    """,
    "Korean": """
        강물이 평소보다 높아져서 다리는 아침부터 닫혔다.
        올해 사과는 작지만 아주 많이 열렸다.
        그녀의 오빠는 해군에서 일하며 북쪽 하늘의 빛을 보았다.
        선생님은 기차가 왜 한 시간 늦었는지 설명했다.
        이 길은 오래된 물레방아를 지나 숲으로 이어진다.
        빵 값이 올랐고 우유 값은 더 올랐다.
        밤에 강한 바람이 불어 창고 지붕이 날아갔다.
        아이들은 해마다 봄이면 학교 옆에 나무를 심는다.
    """,
    "Thai": """
        สะพานปิดตั้งแต่เช้าเพราะน้ำในแม่น้ำสูงกว่าปกติ
        ปีนี้แอปเปิลลูกเล็กแต่มีมากเหลือเกิน
        พี่ชายของเธอเคยเป็นทหารเรือและเห็นแสงบนท้องฟ้า
        ครูอธิบายว่าทำไมรถไฟจึงมาช้าหนึ่งชั่วโมง
        ถนนสายนี้ไปถึงโรงสีเก่าแล้วเข้าไปในป่า
        ขนมปังขึ้นราคาและนมก็ขึ้นราคามากกว่า
    """,
    "Lithuanian": """
        Tiltą per upę ryte uždarė, nes vanduo pakilo aukščiau nei įprasta.
        Obuoliai šiemet maži, užtat jų labai daug.
        Jos brolis tarnavo laivyne ir matė šiaurės pašvaistę.
        Mokytoja paaiškino, kodėl traukinys vėlavo visą valandą.
        Duona pabrango, o pienas dar labiau; žmonės skundžiasi.
        Vaikai kiekvieną pavasarį sodina medžius prie mokyklos.
    """,
    "Vietnamese": """
        Cây cầu bị đóng từ sáng vì nước sông dâng cao hơn mọi khi.
        Táo năm nay nhỏ nhưng rất nhiều quả.
        Anh trai cô ấy từng phục vụ trong hải quân.
        Cô giáo giải thích vì sao tàu đến muộn một giờ.
        Giá bánh mì tăng, còn giá sữa tăng nhiều hơn nữa.
        Mỗi mùa xuân trẻ em trồng cây bên cạnh trường học.
    """,
    "Azerbaijani": """
        Su həmişəkindən çox qalxdığı üçün körpü səhər bağlandı.
        Müəllim qatarın niyə bir saat gecikdiyini izah etdi.
        Bu yol köhnə dəyirmana, oradan da meşəyə gedir.
        Uşaqlar hər yaz məktəbin yanında ağac əkirlər.
    """,
    "Georgian": """
        ხიდი დილით დაკეტეს, რადგან წყალმა ჩვეულებრივზე მაღლა აიწია.
        წელს ვაშლი პატარაა, სამაგიეროდ ძალიან ბევრია.
        ეს გზა ძველ წისქვილთან მიდის და მერე ტყეში.
        ბავშვები ყოველ გაზაფხულზე ხეებს რგავენ სკოლასთან.
    """,
    "Persian": """
        پل را صبح بستند، چون آب رودخانه بیش از همیشه بالا آمده بود.
        سیب‌ها امسال کوچک‌اند، ولی بسیار فراوان‌اند.
        این راه به آسیاب کهنه می‌رود و سپس به جنگل.
        بچه‌ها هر بهار کنار مدرسه درخت می‌کارند.
    """,
    "Swedish": """
        Bron över ån stängdes i morse, eftersom vattnet steg högre än vanligt.
        Äpplena är små i år, men det finns väldigt många.
        Läraren förklarade varför tåget kom en timme för sent.
        Vägen går till den gamla kvarnen och därifrån in i skogen.
    """,
    "Danish": """
        Broen over åen blev lukket i morges, fordi vandet steg højere end sædvanligt.
        Æblerne er små i år, men der er rigtig mange.
        Læreren forklarede, hvorfor toget kom en time for sent.
        Børnene planter træer ved skolen hvert forår.
    """,
    "Italian": """
        Il ponte è stato chiuso perché l'acqua è salita più del solito.
        La maestra spiegò perché il treno arrivò tardi in città.
        Così il tribunale rinviò la seduta a lunedì: il testimone è malato.
        Chi pianterà gli alberi? Già l'anno scorso nessuno lo sapeva più.
    """,
    "Croatian": """
        Most preko rijeke zatvoren je jutros jer je voda narasla više nego inače.
        Učiteljica je objasnila zašto vlak kasni čitav sat.
        Njezin je brat služio u mornarici i vidio sjeverno svjetlo, kaže.
        Kruh je poskupio, a mlijeko još više; ljudi se žale.
    """,
    "Slovak": """
        Most cez rieku ráno zavreli, lebo voda stúpla vyššie než zvyčajne.
        Učiteľka vysvetlila, prečo vlak meškal hodinu.
        Táto cesta vedie k starému mlynu a ďalej do lesa.
        Chlieb zdražel, mlieko ešte väčšmi, sťažujú sa ľudia.
    """,
    "Latvian": """
        Tiltu pār upi no rīta slēdza, jo ūdens pacēlās augstāk nekā parasti.
        Āboli šogad ir mazi, toties to ir ļoti daudz.
        Skolotāja paskaidroja, kāpēc vilciens kavējās veselu stundu.
        Bērni katru pavasari stāda kokus pie skolas, stāsta ļaudis.
    """,
    "Estonian": """
        Sild üle jõe suleti hommikul, sest vesi tõusis kõrgemale kui tavaliselt.
        Õunad on tänavu väikesed, see-eest on neid väga palju.
        Õpetaja selgitas, miks rong jäi tund aega hiljaks.
        Öösel puhus tugev tuul ja küüni katus varises.
    """,
    "Icelandic": """
        Brúnni yfir ána var lokað í morgun, því vatnið hækkaði meira en venjulega.
        Eplin eru smá í ár, en það er mjög mikið af þeim.
        Kennarinn útskýrði hvers vegna lestin kom klukkustund of seint.
        Börnin gróðursetja tré við skólann á hverju vori.
    """,
    "Belarusian": """
        Мост праз раку зачынілі раніцай, бо вада паднялася вышэй, чым звычайна.
        Яблыкі сёлета дробныя, затое іх вельмі шмат.
        Настаўніца растлумачыла, чаму цягнік спазніўся на гадзіну.
        Ноччу быў моцны вецер, і дах хлява ўпаў.
    """,
    "Macedonian": """
        Мостот над реката беше затворен утрово бидејќи водата се покачи.
        Учителката објасни зошто возот доцни цел час.
        Овој пат води кон старата воденица и понатаму во шумата.
        Љубица и Ѓорѓи го чекаат автобусот на аголот.
    """,
}


def _table(lines: str) -> dict[str, list[str]]:
    return {name: many.split() for name, many in (line.strip().split(": ") for line in lines.strip().splitlines())}


#: The encodings that papers and pages of a language were kept in, and then those of old systems.
COMMON = _table("""
    Russian: cp1251 koi8_r
    Ukrainian: cp1251 koi8_u
    Bulgarian: cp1251
    Serbian: cp1251
    Czech: cp1250 iso8859_2
    Polish: cp1250 iso8859_2
    Hungarian: cp1250 iso8859_2
    Turkish: cp1254 iso8859_9
    German: cp1252
    French: cp1252
    Spanish: cp1252
    Portuguese: cp1252
    English: cp1252
    Greek: cp1253 iso8859_7
    Hebrew: cp1255
    Arabic: cp1256
    Japanese: cp932 euc_jp iso2022_jp
    Chinese: gb18030
    Swedish: cp1252
    Danish: cp1252
    Italian: cp1252
    Croatian: cp1250 iso8859_2
    Slovak: cp1250 iso8859_2
    Latvian: cp1257
    Estonian: cp1257 cp1252
    Icelandic: cp1252
    Belarusian: cp1251
    Macedonian: cp1251
    Taiwanese: big5
    Korean: cp949
    Thai: cp874
    Lithuanian: cp1257
""")
RARE = _table("""
    Russian: iso8859_5 cp866 mac_cyrillic
    Ukrainian: iso8859_5 mac_cyrillic
    Bulgarian: iso8859_5 cp866 mac_cyrillic
    Serbian: iso8859_5
    Czech: cp852 mac_latin2
    Polish: cp852 mac_latin2
    Hungarian: cp852
    Romanian: iso8859_16
    Turkish: cp857 mac_turkish
    German: cp850 cp437 mac_roman
    French: cp850 cp437 mac_roman iso8859_15
    Spanish: cp850 cp437 mac_roman
    Portuguese: cp850 mac_roman
    English: mac_roman
    Greek: cp737 mac_greek
    Hebrew: cp862 iso8859_8
    Swedish: cp850 mac_roman
    Danish: cp850 mac_roman
    Italian: cp850 mac_roman
    Croatian: cp852
    Slovak: cp852
    Belarusian: iso8859_5
    Macedonian: iso8859_5
    Arabic: iso8859_6
    Armenian: armscii_8
    Lithuanian: iso8859_13 cp775
""")


def sentences(language: str) -> list[str]:
    """The sentences of a language."""
    return [line.strip() for line in SENTENCES[language].strip().splitlines()]


def texts(language: str, length: int) -> list[str]:
    """Each run of so many sentences, the last ones going on with the first."""
    lines = sentences(language)
    return [" ".join((lines * 2)[start : start + length]) for start in range(len(lines))]
