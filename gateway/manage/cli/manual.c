/* The manual pages: a walk through libosmovty's table of commands, between a few words that no table has. */
#include "manage/cli/manual.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <osmocom/core/utils.h>

#include "base/alarm.h"
#include "base/config_vty.h"
#include "manage/cli/cli.h"
#include "manage/cli/change_class.h"

/* Text. Whatever troff would take for its own is escaped, and no line begins with a dot. */

static void put_char(FILE *out, char c)
{
	switch (c) {
	case '\\':
		fputs("\\e", out);
		break;
	case '-':
		fputs("\\-", out);
		break;
	case '`':
		fputs("\\(ga", out);
		break;
	case '\'':
		fputs("\\(aq", out);
		break;
	case '^':
		fputs("\\(ha", out);
		break;
	case '~':
		fputs("\\(ti", out);
		break;
	default:
		fputc(c, out);
	}
}

/* Lines of the source stay short: a blank beyond that becomes a line's end, which is the same to troff. */
enum { SOURCE_COLUMNS = 58 };

static void put(FILE *out, const char *text, size_t len)
{
	size_t column = 0;

	for (size_t i = 0; i < len; i++) {
		if (column == 0 && (text[i] == '.' || text[i] == '\''))
			fputs("\\&", out);
		if (text[i] == ' ' && column > SOURCE_COLUMNS) {
			fputc('\n', out);
			column = 0;
			while (i + 1 < len && text[i + 1] == ' ')
				i++;
			continue;
		}
		put_char(out, text[i]);
		column++;
	}
}

static void put_text(FILE *out, const char *text)
{
	put(out, text, strlen(text));
}

/* A help text with its full stop; a sentence a line, so that troff sets the space between them. */
static void put_sentence(FILE *out, const char *text)
{
	const char *end = text + strlen(text);

	if (text == end)
		return;
	while (text < end) {
		const char *stop = strstr(text, ". ");
		size_t len = stop ? (size_t)(stop + 1 - text) : (size_t)(end - text);

		put(out, text, len);
		if (!stop && !strchr(".:?!", end[-1]))
			fputc('.', out);
		fputc('\n', out);
		text += len;
		text += strspn(text, " ");
	}
}

static void put_heading(FILE *out, const char *macro, const char *name)
{
	fprintf(out, "%s ", macro);
	for (; *name; name++)
		put_char(out, (char)(strcmp(macro, ".SH") ? *name : toupper((unsigned char)*name)));
	fputc('\n', out);
}

/* Commands: literals in bold, what stands for something in italics, brackets and bars as they are. */

static void put_token(FILE *out, const char *token, size_t len)
{
	const bool stands_for = isupper((unsigned char)*token) || *token == '<' || *token == '.';

	fputs(stands_for ? "\\fI" : "\\fB", out);
	put(out, token, len);
	fputs("\\fP", out);
}

/* A line may be broken behind a bar: some lists of choices are longer than one. */
static void put_command(FILE *out, const char *string)
{
	size_t column = 0;

	fputs("\\&", out);
	while (*string) {
		size_t len = strcspn(string, " ()|[]");

		column += len + 1;
		if (len) {
			put_token(out, string, len);
		} else if (*string == ' ' && column > SOURCE_COLUMNS / 2) {
			fputs("\n\\&", out);
			column = 0;
		} else {
			fputc(*string, out);
			fputs(*string == '|' ? "\\:" : "", out);
		}
		string += len ? len : 1;
	}
}

static vector choices_at(const struct cmd_element *element, unsigned position)
{
	return position < vector_active(element->strvec) ? vector_slot(element->strvec, position)
							 : NULL;
}

/* A position that has one word only, and that word itself, needs no name in the explanation. */
static bool is_keyword(vector choices)
{
	const struct desc *desc = vector_active(choices) == 1 ? vector_slot(choices, 0) : NULL;

	return desc && (islower((unsigned char)*desc->cmd) || isdigit((unsigned char)*desc->cmd));
}

static void put_choices(FILE *out, vector choices)
{
	for (unsigned i = 0; i < vector_active(choices); i++) {
		const struct desc *desc = vector_slot(choices, i);

		if (!desc || !desc->str || !*desc->str)
			continue;
		fputs(".br\n", out);
		put_command(out, desc->cmd);
		fputs(":\n", out);
		put_sentence(out, desc->str);
	}
}

/* What its words mean, from a position on: the keywords that it begins with say what it is; the others are told one by
 * one. */
static void put_explanation(FILE *out, const struct cmd_element *element, unsigned from)
{
	vector choices;

	for (; (choices = choices_at(element, from)) && is_keyword(choices); from++) {
		const struct desc *desc = vector_slot(choices, 0);

		put_sentence(out, desc->str ? desc->str : "");
	}
	for (; (choices = choices_at(element, from)); from++)
		put_choices(out, choices);
}

/* Whether there is anything to explain from a position on. */
static bool is_explained(const struct cmd_element *element, unsigned from)
{
	vector choices;

	for (; (choices = choices_at(element, from)); from++)
		for (unsigned i = 0; i < vector_active(choices); i++) {
			const struct desc *desc = vector_slot(choices, i);

			if (desc && desc->str && *desc->str)
				return true;
		}
	return false;
}

/* Not .TP: a long command breaks into lines. */
static void put_entry(FILE *out, const struct cmd_element *element, unsigned from)
{
	fputs(".PP\n", out);
	put_command(out, element->string);
	fputc('\n', out);
	from += !strncmp(element->string, "no ", 3);
	if (!is_explained(element, from))
		return;
	fputs(".RS 7\n", out);
	put_explanation(out, element, from);
	fputs(".RE\n", out);
}

static struct cmd_element *command_at(const struct cmd_node *node, unsigned i)
{
	return node && i < vector_active(node->cmd_vector) ? vector_slot(node->cmd_vector, i)
							   : NULL;
}

#define FOR_EACH_COMMAND(element, number)                                                          \
	for (unsigned i_ = 0;                                                                      \
	     ((element) = command_at(vector_lookup(cmdvec, (unsigned)(number)), i_)); i_++)

static const char *first_word(const struct cmd_element *element, size_t *len)
{
	*len = strcspn(element->string, " ");
	return element->string;
}

static bool same_first_word(const struct cmd_element *a, const struct cmd_element *b)
{
	size_t n, m;
	const char *s = first_word(a, &n), *t = first_word(b, &m);

	return n == m && !memcmp(s, t, n);
}

/* Section 5 */

static bool for_files(const struct cmd_element *element)
{
	return !(element->attr & CONFIG_TERMINAL_ONLY);
}

/* When a change of it holds. */
static void put_class(FILE *out, const char *section, const struct cmd_element *element)
{
	int class = change_class_of(section, element->string);

	if (class < 0 || !strncmp(element->string, "no ", 3))
		return;
	fprintf(out, ".RS 7\nA change holds %s.\n.RE\n", change_class_words(class));
}

static void put_section(FILE *out, int number)
{
	const struct cmd_node *node = vector_lookup(cmdvec, (unsigned)number);
	const struct cmd_element *element;

	if (!node)
		return;
	put_heading(out, ".SH", node->name);
	fputs("It begins with:\n", out);
	FOR_EACH_COMMAND(element, CONFIG_NODE)
	{
		size_t len;
		const char *word = first_word(element, &len);

		if (for_files(element) && len == strlen(node->name) &&
		    !memcmp(word, node->name, len))
			put_entry(out, element, 0);
	}
	fputs(".PP\nInside of it:\n", out);
	FOR_EACH_COMMAND(element, number)
	{
		if (!for_files(element))
			continue;
		put_entry(out, element, 0);
		put_class(out, node->name, element);
	}
}

/* clang-format off */
static const char file_head[] =
	".SH NAME\n"
	"crosspoint.cfg \\- configuration of the media gateway crosspoint\n"
	".SH DESCRIPTION\n"
	"A section begins at the left edge; what is indented below belongs to it,\n"
	"one option a line.\n"
	"The order of sections does not matter, and what is not said stands at its\n"
	"default.\n"
	"Lines that begin with\n"
	".B !\n"
	"or\n"
	".B #\n"
	"are comments.\n"
	"Names are of letters, digits, and the marks _ \\- and . after a letter or\n"
	"digit.\n"
	".PP\n"
	"Words in bold stand as they are, those in italics for something; of words\n"
	"in round brackets one is chosen, words in square brackets may be left out.\n"
	"A number has its range in angle brackets.\n"
	".PP\n"
	".B crosspoint \\-\\-check\n"
	".I FILE\n"
	"tells every fault of a file with its line and what would be right.\n"
	".B crosspoint \\-\\-setup\n"
	"writes a first one.\n"
	"The command line edits the same language:\n"
	".BR \"configure terminal\" .\n"
	"The example that is installed with the program shows every option in its\n"
	"place.\n";
/* clang-format on */

static void put_file_manual(FILE *out)
{
	fputs(file_head, out);
	for (int number = NODE_CLI; number < NODES_END; number++)
		put_section(out, number);
	fputs(".SH SEE ALSO\n.BR crosspoint (8)\n", out);
}

/* Section 8 */

/* Of a line of --help: how much of it, after skip, is a way to start the program; 0: it says what for. */
static size_t synopsis(const char *line, size_t len, size_t skip)
{
	const char *gap = strstr(line + skip, "   ");

	if (strncmp(line + skip, "crosspoint", 10) != 0)
		return 0;
	return gap && gap < line + len ? (size_t)(gap - line) - skip : len - skip;
}

static void put_usage(FILE *out, const char *usage)
{
	bool open = false;

	while (*usage) {
		size_t len = strcspn(usage, "\n");
		size_t skip = strncmp(usage, "Usage:", 6) ? strspn(usage, " ") : 7;
		size_t way = synopsis(usage, len, OSMO_MIN(skip, len));

		if (way) {
			fputs(open ? ".RE\n.PP\n\\fB" : ".PP\n\\fB", out);
			put(out, usage + skip, way);
			fputs("\\fP\n.RS 7\n", out);
			open = true;
		}
		skip += way;
		skip += strspn(usage + skip, " ");
		if (skip < len) {
			put(out, usage + skip, len - skip);
			fputc('\n', out);
		}
		usage += len + (usage[len] == '\n');
	}
	if (open)
		fputs(".RE\n", out);
}

/* Whether an earlier command of the node begins with the same word. */
static bool is_later(int number, const struct cmd_element *command)
{
	const struct cmd_element *element;

	FOR_EACH_COMMAND(element, number)
	{
		if (element == command)
			return false;
		if (same_first_word(element, command))
			return true;
	}
	return false;
}

static void put_group(FILE *out, int number, const struct cmd_element *first)
{
	const struct cmd_element *element;
	vector choices = choices_at(first, 0);
	const struct desc *desc = choices ? vector_slot(choices, 0) : NULL;
	char word[64];
	size_t len;

	first_word(first, &len);
	snprintf(word, sizeof(word), "%.*s", (int)len, first->string);
	put_heading(out, ".SS", word);
	if (desc && desc->str)
		put_sentence(out, desc->str);
	FOR_EACH_COMMAND(element, number)
	if (same_first_word(element, first))
		put_entry(out, element, strncmp(element->string, "no ", 3) ? 1 : 0);
}

/* clang-format off */
static const char program_head[] =
	".SH NAME\n"
	"crosspoint \\- a SIP to PSTN media gateway\n"
	".SH DESCRIPTION\n"
	"Crosspoint joins SIP phones, PBXs and providers to telephone lines:\n"
	"a call that comes as SIP and RTP leaves on a channel of an E1, T1 or BRI,\n"
	"signalled by ISDN, and the other way round.\n"
	"It is one process that stays in the foreground, with one configuration\n"
	"file, see\n"
	".BR crosspoint.cfg (5).\n"
	".SH SYNOPSIS AND OPTIONS\n"
	"The program is started in one of these ways.\n";

static const char commands_head[] =
	".SH COMMANDS\n"
	"The command line is reached by telnet, at the address that\n"
	".B cli\n"
	"in the configuration has (by default 127.0.0.1, port 4262).\n"
	"A question mark lists what may come next, the tabulator completes a word,\n"
	"and words may be shortened.\n";

static const char editing_head[] =
	".SH EDITING\n"
	".B configure terminal\n"
	"edits a candidate, in the language of\n"
	".BR crosspoint.cfg (5).\n"
	"Nothing of it holds before\n"
	".BR commit .\n"
	"Besides the options of sections, there is:\n";

static const char program_tail[] =
	".SH FILES\n"
	".TP\n"
	".I /etc/crosspoint/crosspoint.cfg\n"
	"The configuration.\n"
	"The command\n"
	".B write\n"
	"keeps those before it as FILE.1 to FILE.5.\n"
	".TP\n"
	".I /var/lib/crosspoint\n"
	"The state directory: locks, call records, locations of phones, and\n"
	".IR changes.log .\n"
	".SH SIGNALS\n"
	".TP\n"
	".BR SIGTERM \", \" SIGINT \", \" SIGHUP\n"
	"No new calls; those that are up are cleared, and the program ends within\n"
	"10 s.\n"
	"A second one ends it at once, with exit status 1.\n"
	".TP\n"
	".B SIGUSR1\n"
	"No new calls; the program ends when the last one is over.\n"
	".SH EXIT STATUS\n"
	".TP\n"
	".B 0\n"
	"It ended as it was told to; a checked file is good.\n"
	".TP\n"
	".B 1\n"
	"It could not start, or what was asked for failed: the reason is on\n"
	"standard error.\n"
	".TP\n"
	".B 2\n"
	"The arguments make no sense.\n"
	".SH SEE ALSO\n"
	".BR crosspoint.cfg (5)\n";
/* clang-format on */

static bool has_command(int number, const char *string)
{
	const struct cmd_element *element;

	FOR_EACH_COMMAND(element, number)
	if (!strcmp(element->string, string))
		return true;
	return false;
}

/* What a terminal may say inside a section, and a file may not. */
static void put_section_editing(FILE *out, int number)
{
	const struct cmd_node *node = vector_lookup(cmdvec, (unsigned)number);
	const struct cmd_element *element;
	bool begun = false;

	FOR_EACH_COMMAND(element, number)
	{
		if (for_files(element) || has_command(CONFIG_NODE, element->string))
			continue;
		if (!begun)
			fprintf(out, ".PP\nInside of \\fB%s\\fP, too:\n", node->name);
		begun = true;
		put_entry(out, element, 0);
	}
}

static void put_commands(FILE *out)
{
	const struct cmd_element *element;

	fputs(commands_head, out);
	FOR_EACH_COMMAND(element, ENABLE_NODE)
	if (!is_later(ENABLE_NODE, element))
		put_group(out, ENABLE_NODE, element);
	FOR_EACH_COMMAND(element, VIEW_NODE)
	if (!has_command(ENABLE_NODE, element->string))
		put_group(out, VIEW_NODE, element);
	fputs(editing_head, out);
	FOR_EACH_COMMAND(element, CONFIG_NODE)
	if (!for_files(element))
		put_entry(out, element, 0);
	for (int number = NODE_CLI; number < NODES_END; number++)
		put_section_editing(out, number);
}

static void put_alarms(FILE *out)
{
	fputs(".SH ALARMS\n", out);
	for (int i = 0; i < ALARM_KINDS; i++) {
		const struct alarm_info *kind = alarm_info(i);

		fputs(".TP\n\\fB", out);
		put_text(out, kind->name);
		fprintf(out, "\\fP (%s)\n", alarm_severity_name(kind->severity));
		put_sentence(out, kind->meaning);
		put_sentence(out, kind->advice);
	}
}

/* When the page was made, or SOURCE_DATE_EPOCH, for builds that are to be the same. */
static void put_title(FILE *out, const char *name, const char *section)
{
	const char *epoch = getenv("SOURCE_DATE_EPOCH");
	time_t when = epoch ? (time_t)strtoll(epoch, NULL, 10) : time(NULL);
	struct tm tm;
	char date[32] = "";

	if (gmtime_r(&when, &tm))
		strftime(date, sizeof(date), "%Y-%m-%d", &tm);
	fprintf(out, ".TH %s %s %s \"crosspoint %s\" Crosspoint\n.nh\n.ad l\n", name, section, date,
		cli_version());
}

int manual_print(FILE *out, const char *section, const char *usage)
{
	if (!strcmp(section, "5")) {
		put_title(out, "CROSSPOINT.CFG", section);
		put_file_manual(out);
		return 0;
	}
	if (strcmp(section, "8") != 0)
		return -EINVAL;
	put_title(out, "CROSSPOINT", section);
	fputs(program_head, out);
	put_usage(out, usage);
	put_commands(out);
	put_alarms(out);
	fputs(program_tail, out);
	return 0;
}
