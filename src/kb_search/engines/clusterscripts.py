"""The scripts that run in a cluster beside its data: conditions that no query of its own says, and what hits tell.

They read the columns of bytes that `clusterwords` encodes, and are in Painless, OpenSearch's language for scripts.
"""

from __future__ import annotations

from collections.abc import Sequence

from kb_search.engines.cluster import Answer

_NUMBER_AT = """
int number(byte[] bytes, int at) {
  return (bytes[at] & 255) | ((bytes[at + 1] & 255) << 8) | ((bytes[at + 2] & 255) << 16) | (bytes[at + 3] << 24);
}
"""

_COUNT_IN_ARTICLE = (
    _NUMBER_AT
    + """
int sum(byte[] bytes, int first, int size, int[] words) {
  int sum = 0;
  int low = 0;
  for (int word : words) {
    int high = size;
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (number(bytes, first + 4 * middle) < word) { low = middle + 1; } else { high = middle; }
    }
    if (low < size && number(bytes, first + 4 * low) == word) { sum += number(bytes, first + 4 * (size + low)); }
  }
  return sum;
}
BytesRef raw = ((ScriptDocValues.BytesRefs) doc['counts']).value;
byte[] bytes = raw.bytes;
int size = number(bytes, raw.offset);
int first = raw.offset + 8;
List found = (List) state.found;
found.add((int) ((ScriptDocValues.Longs) doc['number']).value);
found.add(number(bytes, raw.offset + 4));
for (def words : (List) state.words) { found.add(sum(bytes, first, size, (int[]) words)); }
"""
)
#: The lists of words as arrays, once for all articles.
_WORDS_WANTED = """
int[] array(List some) {
  int[] all = new int[some.size()];
  for (int at = 0; at < all.length; ++at) { all[at] = (int) some.get(at) }
  return all;
}
List lists = new ArrayList();
for (def words : (List) params.words) { lists.add(array((List) words)) }
state.words = lists;
state.found = new ArrayList();
"""

#: Whether the parts of a NEAR stand as it asks. A part is a list of alternatives, an alternative a list of steps, a
#: step a list of words, which rise. See `positions.near` for the same on arrays: of what was reached the nearest before
#: and behind a place is looked at, so that each part takes one way along the passage. A function may take a million
#: turns of its loops, hence the functions.
NEAR = (
    _NUMBER_AT
    + """
boolean fits(List steps, int[] own, int at) {
  for (int step = 0; step < steps.size(); ++step) {
    if (Collections.binarySearch((List) steps[step], own[at + step]) < 0) { return false }
  }
  return true;
}
int[] breaks(int[] own) {
  int[] before = new int[own.length + 1];
  for (int at = 0; at < own.length; ++at) { before[at + 1] = before[at] + (own[at] == 0 ? 1 : 0) }
  return before;
}
int[] lastBefore(boolean[] ends) {
  int[] before = new int[ends.length];
  int last = -1;
  for (int at = 0; at < ends.length; ++at) { before[at] = last; if (ends[at]) { last = at } }
  return before;
}
int[] firstAfter(boolean[] starts) {
  int[] after = new int[starts.length];
  int next = -1;
  for (int at = starts.length - 1; at >= 0; --at) { after[at] = next; if (starts[at]) { next = at } }
  return after;
}
boolean find(
  List steps, int[] own, int[] breaks, int[] before, int[] after, int most, boolean[] starts, boolean[] ends
) {
  boolean found = false;
  for (int at = 0; at + steps.size() <= own.length; ++at) {
    if (!fits(steps, own, at)) { continue }
    int end = at + steps.size() - 1;
    if (before != null) {
      int last = before[at];
      int next = after[end];
      boolean near = last >= 0 && at - last <= most && breaks[at] == breaks[last + 1];
      if (!near && !(next >= 0 && next - end <= most && breaks[next] == breaks[end + 1])) { continue }
    }
    starts[at] = true;
    ends[end] = true;
    found = true;
  }
  return found;
}
BytesRef raw = doc['words'].value;
byte[] bytes = raw.bytes;
int size = number(bytes, raw.offset);
int[] own = new int[size];
for (int at = 0; at < size; ++at) { own[at] = number(bytes, raw.offset + 20 + 4 * at); }
int[] breaks = breaks(own);
int[] before = null;
int[] after = null;
for (int part = 0; part < params.parts.size(); ++part) {
  boolean[] starts = new boolean[size];
  boolean[] ends = new boolean[size];
  boolean found = false;
  int most = part == 0 ? 0 : params.distances[part - 1];
  for (List steps : params.parts[part]) {
    if (find(steps, own, breaks, before, after, most, starts, ends)) { found = true }
  }
  if (!found) { return false; }
  before = lastBefore(ends);
  after = firstAfter(starts);
}
return true;
"""
)

#: Whether a passage's article is one of those whose bits are set.
IN_ARTICLES = """
int number = (int) doc['number'].value;
long bits = params.bits[number >> 6];
return (bits & (1L << (number & 63))) != 0;
"""


def passages_by_article(size: int) -> Answer:
    """An aggregation: how many of the passages that match each article has; articles are numbered below `size`.

    It tells pairs of numbers, an article and how many, one behind the other, and leaves out articles that have none.
    Both facets and the exact number of articles can be had from that at once, in a third of the time that a cluster's
    own aggregations take for them.
    """
    return {
        "scripted_metric": {
            "params": {"size": max(size, 1)},
            "init_script": "state.count = new int[(int) params.size]",
            "map_script": "((int[]) state.count)[(int) ((ScriptDocValues.Longs) doc['number']).value]++",
            "combine_script": "return state.count",
            "reduce_script": _PAIRS,
        }
    }


#: A loop of a script may take a million turns in each function, hence the steps.
_PAIRS = """
void add(int[] all, int[] some, int from, int to) { for (int at = from; at < to; ++at) { all[at] += some[at] } }
int found(int[] all, int from, int to) {
  int count = 0;
  for (int at = from; at < to; ++at) { if (all[at] != 0) { ++count } }
  return count;
}
int tell(int[] all, int[] pairs, int next, int from, int to) {
  for (int at = from; at < to; ++at) {
    if (all[at] != 0) { pairs[next++] = at; pairs[next++] = all[at] }
  }
  return next;
}
int step = 500000;
int size = (int) params.size;
int[] all = new int[size];
int count = 0;
for (int from = 0; from < size; from += step) {
  int to = (int) Math.min(size, from + step);
  for (def one : states) { if (one != null) { add(all, (int[]) one, from, to) } }
  count += found(all, from, to);
}
int[] pairs = new int[2 * count];
int next = 0;
for (int from = 0; from < size; from += step) { next = tell(all, pairs, next, from, (int) Math.min(size, from + step)) }
return pairs;
"""


def counts_in_articles(words: Sequence[Sequence[int]]) -> Answer:
    """An aggregation: of each article its number, its length, and how often each of some lists of words counts in it.

    All numbers of all articles, one behind the other. Words rise.
    """
    return {
        "scripted_metric": {
            "params": {"words": words},
            "init_script": _WORDS_WANTED,
            "map_script": _COUNT_IN_ARTICLE,
            "combine_script": "return state.found",
            "reduce_script": (
                "List all = new ArrayList(); for (def one : states) { if (one != null) { all.addAll(one) } } return all"
            ),
        }
    }


_TELLING = (
    _NUMBER_AT
    + """
void put(byte[] bytes, int at, int value) {
  for (int place = 0; place < 4; ++place) { bytes[at + place] = (byte) (value >> (8 * place)) }
}
void copy(byte[] from, int first, byte[] to, int at, int size) {
  for (int place = 0; place < size; ++place) { to[at + place] = from[first + place] }
}
byte[] headed(int numbers) { return new byte[12 * ((8 + numbers + 2) / 3)] }
byte[] standing(BytesRef raw, long[] bits) {
  byte[] bytes = raw.bytes;
  int first = raw.offset + 20;
  int own = number(bytes, raw.offset);
  int title = number(bytes, raw.offset + 4);
  int all = own + title + number(bytes, raw.offset + 8);
  int[] places = new int[all];
  int count = 0;
  for (int place = 0; place < all; ++place) {
    int word = number(bytes, first + 4 * place);
    if ((bits[word >>> 6] & (1L << (word & 63))) != 0) { places[count++] = place }
  }
  int vector = first + 4 * all;
  int rest = raw.offset + raw.length - vector;
  byte[] told = headed(2 * count + rest / 4);
  put(told, 8, count);
  put(told, 12, own);
  put(told, 16, title);
  copy(bytes, raw.offset + 12, told, 20, 8);
  put(told, 28, rest / 4);
  for (int at = 0; at < count; ++at) {
    put(told, 32 + 8 * at, places[at]);
    copy(bytes, first + 4 * places[at], told, 36 + 8 * at, 4);
  }
  copy(bytes, vector, told, 32 + 8 * count, rest);
  return told;
}
"""
)
_TELL = """
boolean wanted = (int) params.size > 0;
byte[] words = wanted
  ? standing(((ScriptDocValues.BytesRefs) doc['words']).value, (long[]) state.bits)
  : headed(0);
put(words, 0, (int) ((ScriptDocValues.Longs) doc['row']).value);
put(words, 4, Float.floatToIntBits((float) _score));
((List) state.ids).add(((ScriptDocValues.Strings) doc['id']).value);
((List) state.scores).add(_score);
((List) state.words).add(words);
((List) state.pages).add((int) params.pages > 0 ? ((ScriptDocValues.BytesRefs) doc['page']).value.bytes : null);
"""
_TELL_WHICH = """
long[] bits = new long[(int) params.size / 64 + 1];
for (int word : (List) params.words) { bits[word >>> 6] |= 1L << (word & 63) }
state.bits = bits;
"""

#: Of passages that score less than the best so many, what a page shows is not told.
_BEST_PAGES = """
List scores = (List) state.scores;
List pages = (List) state.pages;
int count = scores.size();
int most = (int) params.pages;
if (most > 0 && count > most) {
  List sorted = new ArrayList(scores);
  Collections.sort(sorted);
  double least = (double) sorted.get(count - most);
  for (int at = 0; at < count; ++at) { if ((double) scores.get(at) < least) { pages.set(at, null) } }
}
return [state.ids, state.words, pages];
"""


def told_of_passages(words: Sequence[int] = (), size: int = 0, pages: int = 0) -> Answer:
    """An aggregation: of each passage its number, its id and its score, and where some words stand in it.

    Words are numbered below `size`; where that is 0, nothing is told of them. What a page shows is told of the best so
    many passages. All comes shard by shard, in no order, as `clustertold` reads it. As an aggregation this takes half
    the time that it takes as fields of the hits, and numbers as bytes less than numbers as text.
    """
    return {
        "scripted_metric": {
            "params": {"words": words, "size": size, "pages": pages},
            "init_script": " ".join(f"state.{name} = new ArrayList();" for name in _TOLD) + _TELL_WHICH,
            "map_script": _TELLING + _TELL,
            "combine_script": _BEST_PAGES,
            "reduce_script": (
                "List all = new ArrayList(); for (def one : states) { if (one != null) { all.add(one) } } return all"
            ),
        }
    }


_TOLD = ("ids", "scores", "words", "pages")
