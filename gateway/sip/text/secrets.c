/* Line by line, as nothing here is worth a parser: folded lines count to the one that they go on from. */
#include "sip/text/secrets.h"

#include <stdbool.h>
#include <string.h>
#include <strings.h>

static size_t line_len(const char *text, size_t len)
{
	const char *end = memchr(text, '\n', len);

	return end ? (size_t)(end - text) + 1 : len;
}

static bool begins(const char *line, size_t len, const char *with)
{
	size_t n;

	/* Most lines differ in the first letter already, whatever its case. */
	if (!len || (*line ^ *with) & ~('a' ^ 'A'))
		return false;
	n = strlen(with);
	return len >= n && strncasecmp(line, with, n) == 0;
}

/* Is it the header of that name? RFC 3261 25.1, HCOLON: blanks may stand before the colon. */
static bool is_header(const char *line, size_t len, const char *name)
{
	if (!begins(line, len, name))
		return false;
	for (size_t at = strlen(name); at < len; at++) {
		if (line[at] != ' ' && line[at] != '\t')
			return line[at] == ':';
	}
	return false;
}

static bool contains(const char *line, size_t len, const char *word)
{
	for (; len >= strlen(word); line++, len--) {
		if (begins(line, len, word))
			return true;
	}
	return false;
}

static void hide(char *from, const char *end)
{
	for (; from < end; from++) {
		if (*from != '\r' && *from != '\n' && *from != ' ')
			*from = '*';
	}
}

/* What stands behind the word, in the line. */
static void hide_behind(char *line, size_t len, const char *word)
{
	char *at = memmem(line, len, word, strlen(word));

	if (at)
		hide(at + strlen(word), line + len);
}

struct state {
	bool body;    /* the head is over */
	bool digits;  /* its type says that it is keys that were pressed */
	bool answers; /* the header of the line before answers a challenge */
	bool type;    /* it says the body's type */
};

static void do_head(struct state *state, char *line, size_t len)
{
	const bool folded = *line == ' ' || *line == '\t';

	if (*line == '\r' || *line == '\n') {
		state->body = true;
		return;
	}
	if (!folded) {
		state->answers = is_header(line, len, "Authorization") ||
				 is_header(line, len, "Proxy-Authorization");
		state->type = is_header(line, len, "Content-Type") || is_header(line, len, "c");
	}
	if (state->answers && folded)
		hide(line, line + len);
	else if (state->answers)
		hide_behind(line, len, ":");
	if (state->type && contains(line, len, "/dtmf"))
		state->digits = true;
}

void secrets_hide(char *text, size_t len)
{
	struct state state = { 0 };
	size_t n;

	for (char *line = text, *end = text + len; line < end; line += n) {
		n = line_len(line, (size_t)(end - line));
		if (!state.body)
			do_head(&state, line, n);
		else if (state.digits)
			hide_behind(line, n, memchr(line, '=', n) ? "=" : "");
		else if (begins(line, n, "a=crypto:"))
			hide_behind(line, n, "inline:");
	}
}
