/* Passwords and tokens in a text of the configuration. */
#include "base/config_secret.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <osmocom/core/talloc.h>
#include <osmocom/core/utils.h>

#include "base/config.h"

enum { DEPTH_MAX = 8 };

#define BLANKS " \t\r"

static bool is_word(const char *at, size_t len, const char *word)
{
	return strlen(word) == len && memcmp(word, at, len) == 0;
}

static bool is_keyword(const char *at, size_t len)
{
	return is_word(at, len, "password") || is_word(at, len, "sha256") ||
	       is_word(at, len, "secret");
}

/* The word of the line behind a place, and how long it is: 0: there is none. */
static char *word_behind(const char *at, size_t *len)
{
	char *word = (char *)at + strspn(at, BLANKS);

	*len = strcspn(word, BLANKS "\n");
	return word;
}

/* Whether the next word is a name: in `user NAME` and `token NAME sha256 HASH`, not in `token secret TOKEN`. */
static bool name_follows(const char *word, size_t len)
{
	if (!is_word(word, len, "token"))
		return is_word(word, len, "user");
	word = word_behind(word + len, &len);
	word = word_behind(word + len, &len);
	if (!is_word(word, len, "sha256"))
		return false;
	word_behind(word + len, &len);
	return len;
}

/* What is secret of a URL (RFC 3986 3): the query; and with a user, all behind the scheme, or the * there. NULL: nothing
 * of it, or it is no URL. */
static char *secret_of_url(char *word, size_t *len)
{
	char *end = word + *len, *host = memmem(word, *len, "://", 3), *query;
	size_t host_len;
	bool user;

	if (!host)
		return NULL;
	host += 3;
	host_len = (size_t)(end - host);
	for (size_t i = 0; i < host_len; i++) {
		if (strchr("/?#", host[i]))
			host_len = i;
	}
	user = memchr(host, '@', host_len) || is_word(host, (size_t)(end - host), "*");
	query = memchr(host, '?', (size_t)(end - host));
	if (!user && (!query || query + 1 == end))
		return NULL;
	query = user ? host : query + 1;
	*len = (size_t)(end - query);
	return query;
}

static char *behind_keyword(char *line, size_t *len)
{
	bool follows = false;
	char *at = word_behind(line, len);

	while (*len && !follows) {
		follows = at > line && is_keyword(at, *len);
		if (name_follows(at, *len))
			at = word_behind(at + *len, len);
		at = word_behind(at + *len, len);
	}
	return *len ? at : NULL;
}

static char *in_url(char *line, size_t *len)
{
	char *at = word_behind(line, len), *secret = NULL;

	while (*len && !(secret = secret_of_url(at, len)))
		at = word_behind(at + *len, len);
	return secret;
}

/* The secret in a line, and how long it is; NULL: there is none. */
static char *secret_in(char *line, size_t *len)
{
	char *secret = behind_keyword(line, len);

	return secret ? secret : in_url(line, len);
}

static char *move(char *to, const char *from, size_t len)
{
	memmove(to, from, len);
	return to + len;
}

void config_hide_secrets(char *text)
{
	char *from = text, *to = text;

	if (!text)
		return;
	while (*from) {
		size_t len;
		char *secret = secret_in(from, &len), *end;

		if (secret) {
			to = move(to, from, (size_t)(secret - from));
			*to++ = '*';
			from = secret + len;
		}
		end = strchrnul(from, '\n');
		end += *end == '\n';
		to = move(to, from, (size_t)(end - from));
		from = end;
	}
	*to = '\0';
}

/* Where a secret is. */
struct place {
	char *key;  /* the lines that its own is in, outermost first, and the words before it */
	char *rest; /* the words behind it */
	char *secret;
};

/* Goes through lines and knows which they are in, by their indentation. */
struct walker {
	struct {
		const char *line;
		size_t indent;
	} open[DEPTH_MAX];
	size_t depth;
	char *next; /* line */
	int number;
};

/* Cuts off the next line; NULL: there is no more. */
static char *walk(struct walker *walker)
{
	char *line = walker->next, *stop;

	if (!line)
		return NULL;
	stop = strchr(line, '\n');
	if (stop)
		*stop = '\0';
	walker->next = stop ? stop + 1 : NULL;
	walker->number++;
	return line;
}

/* The line is inside those above that are indented less. */
static void enter(struct walker *walker, const char *line)
{
	const size_t indent = strspn(line, BLANKS);

	if (!line[indent] || strchr("!#", line[indent]))
		return;
	while (walker->depth && walker->open[walker->depth - 1].indent >= indent)
		walker->depth--;
	if (walker->depth == DEPTH_MAX)
		return;
	walker->open[walker->depth].line = line;
	walker->open[walker->depth++].indent = indent;
}

/* The words up to an end, with one blank behind each. */
static char *add_words(char *key, const char *line, const char *end)
{
	while (key && line < end) {
		size_t len;

		line += strspn(line, BLANKS);
		len = strcspn(line, BLANKS);
		if (line + len > end)
			len = line < end ? (size_t)(end - line) : 0;
		if (!len)
			break;
		key = talloc_asprintf_append_buffer(key, "%.*s ", (int)len, line);
		line += len;
	}
	return key;
}

/* Of the line that was entered last, which holds a secret. */
static char *key_of(void *ctx, const struct walker *walker, const char *secret)
{
	char *key = talloc_strdup(ctx, "");

	for (size_t i = 0; key && i < walker->depth; i++) {
		const char *line = walker->open[i].line;
		const bool last = i + 1 == walker->depth;

		key = add_words(key, line, last ? secret : line + strlen(line));
		if (key)
			key = talloc_strdup_append_buffer(key, "\n");
	}
	return key;
}

static char *secret_of(struct walker *walker, char *line, size_t *len)
{
	const size_t indent = strspn(line, BLANKS);

	enter(walker, line);
	return strchr("!#", line[indent]) ? NULL : secret_in(line, len);
}

static int by_key(const void *a, const void *b)
{
	return strcmp(((const struct place *)a)->key, ((const struct place *)b)->key);
}

static int by_all(const void *a, const void *b)
{
	const int order = by_key(a, b);

	return order ? order
		     : strcmp(((const struct place *)a)->rest, ((const struct place *)b)->rest);
}

/* False: no memory. */
static bool fill(struct place *place, void *ctx, const struct walker *walker, const char *secret,
		 size_t len)
{
	const char *rest = secret + len;

	place->key = key_of(ctx, walker, secret);
	place->rest = add_words(talloc_strdup(ctx, ""), rest, rest + strlen(rest));
	place->secret = talloc_strndup(ctx, secret, len);
	return place->key && place->rest && place->secret;
}

/* Every secret of a text, which is cut into lines, sorted; NULL without memory. */
static struct place *places_of(void *ctx, char *text, size_t *n)
{
	struct walker walker = { .next = text };
	struct place *places = talloc_array(ctx, struct place, 16);
	char *line;

	*n = 0;
	while (places && (line = walk(&walker))) {
		size_t len;
		char *secret = secret_of(&walker, line, &len);

		if (!secret)
			continue;
		if (*n == talloc_array_length(places))
			places = talloc_realloc(ctx, places, struct place, 2 * *n);
		if (!places)
			break;
		if (!fill(&places[*n], ctx, &walker, secret, len))
			return NULL;
		(*n)++;
	}
	if (places)
		qsort(places, *n, sizeof(*places), by_all);
	return places;
}

/* Of several at one place the one with the same words behind it. */
static const char *find(const struct place *places, size_t n, const struct place *wanted)
{
	const struct place *found = bsearch(wanted, places, n, sizeof(*places), by_all);

	if (found)
		return found->secret;
	found = bsearch(wanted, places, n, sizeof(*places), by_key);
	if (!found || (found > places && by_key(found - 1, found) == 0) ||
	    (found + 1 < places + n && by_key(found, found + 1) == 0))
		return NULL;
	return found->secret;
}

static void restore_lines(FILE *out, char *text, const struct place *places, size_t n,
			  struct config_report *report)
{
	void *ctx = talloc_new(NULL);
	struct walker walker = { .next = text };
	char *line;

	while ((line = walk(&walker))) {
		size_t len;
		char *secret = secret_of(&walker, line, &len);
		const char *known = NULL;

		if (secret && len == 1 && *secret == '*') {
			struct place wanted;

			if (fill(&wanted, ctx, &walker, secret, len))
				known = find(places, n, &wanted);
			if (!known)
				config_fault(report, walker.number,
					     "* stands for the secret that runs at this place, but "
					     "there is none; the secret itself is right");
		}
		if (known)
			fprintf(out, "%.*s%s%s", (int)(secret - line), line, known, secret + 1);
		else
			fputs(line, out);
		if (walker.next)
			fputc('\n', out);
	}
	talloc_free(ctx);
}

char *config_restore_secrets(void *talloc_ctx, const char *text, const char *from,
			     struct config_report *report)
{
	void *ctx = talloc_new(NULL);
	char *lines = talloc_strdup(ctx, text), *others = talloc_strdup(ctx, from), *all = NULL;
	char *restored = NULL;
	struct place *places;
	size_t n, size;
	FILE *out;

	places = lines && others ? places_of(ctx, others, &n) : NULL;
	out = places ? open_memstream(&all, &size) : NULL;
	if (out) {
		restore_lines(out, lines, places, n, report);
		if (fclose(out) == 0)
			restored = talloc_strdup(talloc_ctx, all);
		free(all);
	}
	talloc_free(ctx);
	return restored;
}
