/* The shortest edit between two texts by Myers' greedy algorithm ("An O(ND) difference algorithm",
 * 1986), after the equal lines at both ends are set aside. Texts that differ in very much are told
 * as one block taken away and one put in: correct, if not shortest. */
#include "manage/config/diff.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <osmocom/core/talloc.h>
#include <osmocom/core/utils.h>

enum { CONTEXT = 3, EDITS_MAX = 1000 };

struct text {
	char **lines;
	int n;
};

/* One line of the whole story: of both texts, or of one. */
struct edit {
	char sign; /* ' ', '-' or '+' */
	const char *line;
};

struct story {
	struct edit *edits;
	size_t n;
};

static struct text split(void *ctx, const char *text)
{
	struct text out = { talloc_zero_array(ctx, char *, strlen(text) + 1), 0 };

	while (*text) {
		size_t len = strcspn(text, "\n");

		out.lines[out.n++] = talloc_strndup(out.lines, text, len);
		text += len + (text[len] == '\n');
	}
	return out;
}

static void tell(struct story *story, char sign, const char *line)
{
	story->edits[story->n++] = (struct edit){ sign, line };
}

/* Forward search: trace[d] holds, for each diagonal, how far into a one comes with d edits. Returns
 * the number of edits, or -1 when there would be too many. */
static int search(void *ctx, const struct text *a, const struct text *b, int ***trace_out)
{
	int max = OSMO_MIN(a->n + b->n, EDITS_MAX);
	int **trace = talloc_zero_array(ctx, int *, max + 1);
	int *reach = talloc_zero_array(ctx, int, 2 * max + 3);
	int *v = reach + max + 1;

	*trace_out = trace;
	for (int d = 0; d <= max; d++) {
		for (int k = -d; k <= d; k += 2) {
			bool down = k == -d || (k != d && v[k - 1] < v[k + 1]);
			int x = down ? v[k + 1] : v[k - 1] + 1;

			while (x < a->n && x - k < b->n &&
			       strcmp(a->lines[x], b->lines[x - k]) == 0)
				x++;
			v[k] = x;
			if (x >= a->n && x - k >= b->n) {
				trace[d] = talloc_memdup(trace, v - d, (2 * d + 1) * sizeof(*v));
				return d;
			}
		}
		trace[d] = talloc_memdup(trace, v - d, (2 * d + 1) * sizeof(*v));
	}
	return -1;
}

/* Walks the trace back from the end; keep[] marks the lines of a and b that are in both. */
static void walk_back(const struct text *a, const struct text *b, int **trace, int d, bool *in_a,
		      bool *in_b)
{
	int x = a->n, y = b->n;

	for (; d > 0; d--) {
		const int *v = trace[d - 1] + d - 1; /* v[k] for -(d-1) <= k <= d-1 */
		int k = x - y;
		bool down = k == -d || (k != d && v[k - 1] < v[k + 1]);
		int from_k = down ? k + 1 : k - 1;
		int from_x = v[from_k], from_y = from_x - from_k;

		while (x > from_x && y > from_y) {
			in_a[--x] = true;
			in_b[--y] = true;
		}
		x = from_x;
		y = from_y;
	}
	while (x > 0 && y > 0) {
		in_a[--x] = true;
		in_b[--y] = true;
	}
}

/* The story of what lies between the equal ends. */
static void tell_middle(void *ctx, struct story *story, const struct text *a, const struct text *b)
{
	bool *in_a = talloc_zero_array(ctx, bool, a->n + 1);
	bool *in_b = talloc_zero_array(ctx, bool, b->n + 1);
	int **trace;
	int d = search(ctx, a, b, &trace), x = 0, y = 0;

	if (d >= 0)
		walk_back(a, b, trace, d, in_a, in_b);
	while (x < a->n || y < b->n) {
		while (x < a->n && !in_a[x])
			tell(story, '-', a->lines[x++]);
		while (y < b->n && !in_b[y])
			tell(story, '+', b->lines[y++]);
		if (x < a->n && y < b->n) {
			tell(story, ' ', a->lines[x++]);
			y++;
		}
	}
}

static struct story compare(void *ctx, struct text a, struct text b)
{
	struct story story = { talloc_zero_array(ctx, struct edit, a.n + b.n + 1), 0 };
	const struct text whole = a;
	int tail = 0;

	while (a.n && b.n && strcmp(a.lines[0], b.lines[0]) == 0) {
		tell(&story, ' ', a.lines[0]);
		a.lines++, a.n--;
		b.lines++, b.n--;
	}
	while (a.n && b.n && strcmp(a.lines[a.n - 1], b.lines[b.n - 1]) == 0) {
		a.n--, b.n--;
		tail++;
	}
	tell_middle(ctx, &story, &a, &b);
	for (int i = whole.n - tail; i < whole.n; i++)
		tell(&story, ' ', whole.lines[i]);
	return story;
}

/* The last change of the hunk that begins with the change at i: changes with little between belong
 * together. */
static size_t last_change(const struct story *story, size_t i)
{
	size_t last = i;

	for (; i < story->n && i <= last + 2 * CONTEXT + 1; i++)
		if (story->edits[i].sign != ' ')
			last = i;
	return last;
}

/* The section that a line lies in: the last line before it that is not indented. */
static const char *section_of(const struct story *story, size_t i)
{
	while (i-- > 0) {
		const struct edit *edit = &story->edits[i];

		if (edit->sign != '-' && edit->line[0] && !strchr(" \t!#", edit->line[0]))
			return edit->line;
	}
	return "";
}

/* Lines of the text that has sign, among the first n of the story. */
static int lines_before(const struct story *story, size_t n, char sign)
{
	int count = 0;

	for (size_t i = 0; i < n; i++)
		count += story->edits[i].sign == ' ' || story->edits[i].sign == sign;
	return count;
}

static void put_hunk(FILE *out, const struct story *story, size_t begin, size_t end)
{
	const char *section = section_of(story, begin);
	int a = lines_before(story, begin, '-'), b = lines_before(story, begin, '+');
	int a_n = lines_before(story, end, '-') - a, b_n = lines_before(story, end, '+') - b;

	fprintf(out, "@@ -%d,%d +%d,%d @@%s%s\n", a + (a_n > 0), a_n, b + (b_n > 0), b_n,
		*section ? " " : "", section);
	for (size_t i = begin; i < end; i++)
		fprintf(out, "%c%s\n", story->edits[i].sign, story->edits[i].line);
}

static void put_hunks(FILE *out, const struct story *story)
{
	for (size_t i = 0; i < story->n; i++) {
		size_t begin = i > CONTEXT ? i - CONTEXT : 0, last;

		if (story->edits[i].sign == ' ')
			continue;
		last = last_change(story, i);
		put_hunk(out, story, begin, OSMO_MIN(last + 1 + CONTEXT, story->n));
		i = last;
	}
}

char *diff_text(void *talloc_ctx, const char *from, const char *to)
{
	void *ctx = talloc_new(NULL);
	char *text = NULL, *diff = NULL;
	size_t size;
	/* A talloc'd text would be moved for each of its lines. */
	FILE *out = open_memstream(&text, &size);

	if (out) {
		struct story story = compare(ctx, split(ctx, from), split(ctx, to));

		put_hunks(out, &story);
		if (fclose(out) == 0)
			diff = talloc_strndup(talloc_ctx, text, size);
	}
	free(text);
	talloc_free(ctx);
	return diff;
}
