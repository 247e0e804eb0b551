/* The wizard's questions. Each is asked until its answer will do; an empty answer takes what stands in brackets. */
#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <osmocom/core/utils.h>

#include "manage/setup/setup_model.h"

enum { ANSWER_OCTETS = 512, QUESTIONS = 5, CLI_PORT = 4262, HTTP_PORT = 8080 };

struct dialogue {
	FILE *in, *out;
	const struct setup_found *found;
	struct setup_answers *answers;
	unsigned asked;
	char complaint[ANSWER_OCTETS];
};

/* Takes an answer; false: d->complaint says what is wrong with it. */
typedef bool taker(struct dialogue *d, const char *text);

static bool complain(struct dialogue *d, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

static bool complain(struct dialogue *d, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(d->complaint, sizeof(d->complaint), format, args);
	va_end(args);
	return false;
}

/* One line without the blanks at its ends. 0, -ECANCELED at the end of input, -EMSGSIZE. */
static int read_answer(FILE *in, char text[static ANSWER_OCTETS])
{
	size_t blanks, len;

	if (!fgets(text, ANSWER_OCTETS, in))
		return -ECANCELED;
	if (!strchr(text, '\n') && !feof(in)) {
		for (int c = 0; c != '\n' && c != EOF;)
			c = fgetc(in);
		return -EMSGSIZE;
	}
	blanks = strspn(text, " \t\r\n");
	memmove(text, text + blanks, strlen(text + blanks) + 1);
	for (len = strlen(text); len && isspace((unsigned char)text[len - 1]); len--)
		text[len - 1] = '\0';
	return 0;
}

static bool printable(const char *text)
{
	for (; *text; text++)
		if ((unsigned char)*text < ' ' || (unsigned char)*text > '~')
			return false;
	return true;
}

/* fallback NULL: there must be an answer. 0 or -ECANCELED. */
static int ask(struct dialogue *d, const char *question, const char *fallback, taker *take)
{
	char text[ANSWER_OCTETS];

	fprintf(d->out, "\n%u/%d  %s", ++d->asked, QUESTIONS, question);
	for (;;) {
		int rc;

		if (fallback)
			fprintf(d->out, "\n     [%s]: ", fallback);
		else
			fprintf(d->out, "\n     : ");
		fflush(d->out);
		rc = read_answer(d->in, text);
		if (rc == -ECANCELED)
			return rc;
		if (!isatty(fileno(d->in))) /* nobody has typed a line's end */
			fputc('\n', d->out);
		if (rc < 0)
			complain(d, "The answer is too long; at most %d characters are right.",
				 ANSWER_OCTETS - 2);
		else if (!printable(text))
			complain(d,
				 "The answer has characters beyond ASCII, or keys that are none; "
				 "letters, digits and marks are right.");
		else if (!*text && !fallback)
			complain(d,
				 "There is nothing to take by default here; an answer is needed.");
		else if (take(d, *text ? text : fallback))
			return 0;
		fprintf(d->out, "     ! %s", d->complaint);
	}
}

/* 1: the line. Each line of a card stands there twice: at an operator, and with equipment behind it. */

static void offer(struct dialogue *d)
{
	fprintf(d->out, "The lines that there are:\n"
			"  1  virtual: no card; a public exchange is built in, to try everything "
			"against\n");
	for (size_t i = 0; i < d->found->n_lines; i++) {
		const struct dahdi_line *line = &d->found->lines[i];

		fprintf(d->out, "  %zu  %s, span %u", 2 + 2 * i, line->type, line->span);
		if (*line->name && printable(line->name))
			fprintf(d->out, ", \"%s\"", line->name);
		fprintf(d->out,
			": a line of an operator (we are the user side)\n"
			"  %zu  the same: a PBX or other equipment hangs on it (we are the network "
			"side)\n",
			3 + 2 * i);
	}
	if (!d->found->n_lines)
		fprintf(d->out, "  (no card is found; `crosspoint --detect` says why)\n");
}

static bool take_line(struct dialogue *d, const char *text)
{
	size_t most = 1 + 2 * d->found->n_lines;
	char *end;
	unsigned long n = strtoul(text, &end, 10);

	if (!strcmp(text, "virtual"))
		n = 1;
	else if (!isdigit((unsigned char)*text) || *end)
		n = 0;
	if (n < 1 || n > most)
		return complain(d, "\"%s\" is none of them; %s%zu is right.", text,
				most > 1 ? "a number from 1 to " : "", most);
	d->answers->card = n > 1 ? &d->found->lines[(n - 2) / 2] : NULL;
	d->answers->network = n > 1 && n % 2;
	return true;
}

/* 2 and 3: addresses */

static bool take_pbx(struct dialogue *d, const char *text)
{
	const char *fault = setup_place_read(text, &d->answers->pbx);

	return fault ? complain(d, "\"%s\" %s.", text, fault) : true;
}

static bool take_own(struct dialogue *d, const char *text)
{
	struct setup_place own;
	const char *fault = setup_place_read(text, &own);

	if (!fault)
		fault = setup_place_check(&own, &d->answers->pbx, d->found->replace);
	if (fault)
		return complain(d, "\"%s\" %s.", text, fault);
	if (!own.port)
		own.port = 5060;
	d->answers->own = own;
	return true;
}

static int ask_own(struct dialogue *d)
{
	struct setup_place guess;
	char text[SETUP_HOST + 16];

	setup_place_guess(&d->answers->pbx, d->found->replace, &guess);
	setup_place_text(&guess, text, sizeof(text));
	return ask(d, "This machine's address, as the PBX sees it?", *guess.host ? text : NULL,
		   take_own);
}

/* 4 and 5: numbers */

static bool is_number(const char *text)
{
	size_t len = strspn(text, "0123456789*#");

	return len && !text[len] && len < SETUP_DIGITS;
}

static bool take_numbers(struct dialogue *d, const char *text)
{
	struct setup_answers *answers = d->answers;
	char copy[ANSWER_OCTETS], *rest = copy, *word;

	answers->n_numbers = 0;
	if (!strcmp(text, "all"))
		return true;
	osmo_strlcpy(copy, text, sizeof(copy));
	while ((word = strsep(&rest, ", ;\t"))) {
		if (!*word)
			continue;
		if (!is_number(word))
			return complain(d,
					"\"%s\" is no number; digits (with * and #, at most %d) "
					"are, or \"all\".",
					word, SETUP_DIGITS - 1);
		for (size_t i = 0; i < answers->n_numbers; i++)
			if (!strcmp(answers->numbers[i], word))
				return complain(d, "%s stands there twice.", word);
		if (answers->n_numbers == SETUP_NUMBERS)
			return complain(d, "These are too many; at most %d, or \"all\", are right.",
					SETUP_NUMBERS);
		osmo_strlcpy(answers->numbers[answers->n_numbers++], word, SETUP_DIGITS);
	}
	return answers->n_numbers ? true
				  : complain(d, "No number is there; \"all\" would be right, "
						"or digits, as in 2.");
}

static bool take_prefix(struct dialogue *d, const char *text)
{
	*d->answers->prefix = '\0';
	if (!strcmp(text, "none"))
		return true;
	if (!is_number(text))
		return complain(d, "\"%s\" is not dialled; digits (with * and #) are, or \"none\".",
				text);
	osmo_strlcpy(d->answers->prefix, text, SETUP_DIGITS);
	return true;
}

int setup_ask(FILE *in, FILE *out, const struct setup_found *found, struct setup_answers *answers)
{
	struct dialogue d = { .in = in, .out = out, .found = found, .answers = answers };
	int rc;

	*answers = (struct setup_answers){ 0 };
	fprintf(out,
		"%d questions about a line and a PBX. Enter takes what stands in brackets; "
		"Ctrl-C leaves everything as it is.\n\n",
		QUESTIONS);
	offer(&d);
	rc = ask(&d, "Which line?", found->n_lines ? "2" : "1", take_line);
	if (rc == 0)
		rc = ask(&d, "The PBX's address? (ADDRESS or NAME, with :PORT if it is not 5060)",
			 NULL, take_pbx);
	if (rc == 0)
		rc = ask_own(&d);
	if (rc == 0)
		rc = ask(&d,
			 "Which numbers are the PBX's: what do called numbers begin with, as the "
			 "line gives them?",
			 answers->card ? "all" : "2", take_numbers);
	if (rc == 0)
		rc = ask(&d,
			 "What is dialled at the PBX to reach the line? It is taken away again. "
			 "(or: none)",
			 "0", take_prefix);
	answers->cli_port = found->replace ? CLI_PORT : setup_free_port(CLI_PORT);
	answers->http_port = found->replace ? HTTP_PORT : setup_free_port(HTTP_PORT);
	return rc;
}
