/* Reading a configuration: our own loop over the lines, with libosmovty as the grammar of each. A
 * line that is indented belongs to the section above it. Every fault is collected; nothing takes
 * effect. */
#include "base/config.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <osmocom/core/talloc.h>
#include <osmocom/vty/command.h>
#include <osmocom/vty/vty.h>

#include "base/config_grammar.h"
#include "base/config_report.h"

enum {
	FILE_MAX = 4 << 20, /* octets */
	LINE_MAX_OCTETS = 500,
	DEPTH_MAX = 4
};

/* A section that is open, and how far its lines are indented. */
struct level {
	int node;
	void *index;
	const char *indent; /* NULL until the first line inside is seen */
	size_t indent_len;
};

struct reader {
	struct config_report *report;
	struct vty *vty;
	struct level levels[DEPTH_MAX];
	unsigned depth; /* of levels in use, above 0 */
	bool skip;      /* lines deeper than the innermost level belong to one that failed */
	int opener;     /* the last line that was not skipped */
};

static struct level *innermost(struct reader *reader)
{
	return &reader->levels[reader->depth - 1];
}

/* Finds the level that a line with this indentation belongs to. False: reported, or to be
 * skipped. */
static bool find_level(struct reader *reader, const char *indent, size_t len, int line)
{
	struct level *level = innermost(reader);

	if (!level->indent) {
		const struct level *outer = level - 1;

		if (len > outer->indent_len &&
		    memcmp(indent, outer->indent, outer->indent_len) == 0) {
			level->indent = indent;
			level->indent_len = len;
			return true;
		}
		reader->depth--; /* an empty section */
	}
	if (len > innermost(reader)->indent_len) {
		if (!reader->skip && reader->opener)
			config_fault(
				reader->report, line,
				"indented deeper than line %d, which opens no section; indent it "
				"like its neighbours",
				reader->opener);
		else if (!reader->skip)
			config_fault(reader->report, line,
				     "indented, but no section is open; begin with one");
		reader->skip = true;
		return false;
	}
	while (len < innermost(reader)->indent_len)
		reader->depth--;
	reader->skip = false;
	if (len == innermost(reader)->indent_len &&
	    memcmp(indent, innermost(reader)->indent, len) == 0)
		return true;
	config_fault(reader->report, line,
		     "indentation fits no section that is open; indent it like the lines above");
	reader->skip = true;
	return false;
}

static void open_level(struct reader *reader)
{
	struct level *level;

	if (reader->depth == DEPTH_MAX)
		return;
	level = &reader->levels[reader->depth++];
	level->node = reader->vty->node;
	level->index = reader->vty->index;
	level->indent = NULL;
	level->indent_len = 0;
}

/* One command. The line's faults are in the report afterwards. */
static void execute(struct reader *reader, vector words, int line)
{
	struct level *level = innermost(reader);
	int rc;

	reader->vty->node = level->node;
	reader->vty->index = level->index;
	reader->opener = line;
	config_set_line(line);
	if (config_grammar_knows(level->node, vector_slot(words, 0)))
		rc = cmd_execute_command_strict(words, reader->vty, NULL);
	else
		rc = CMD_ERR_NO_MATCH;
	if (rc != CMD_SUCCESS && rc != CMD_WARNING)
		config_grammar_explain(reader->report, line, level->node, words);
	if (rc == CMD_SUCCESS && reader->vty->node != level->node)
		open_level(reader);
	reader->skip = rc != CMD_SUCCESS;
}

/* The offence of a line that is no plain text, or NULL. Comments may be in any language. */
static const char *not_text(const char *line, size_t len, bool comment)
{
	for (size_t i = 0; i < len; i++) {
		unsigned char c = line[i];

		if ((c < ' ' && c != '\t') || c == 0x7f)
			return "a control character";
		if (c >= 0x80 && !comment)
			return "a character beyond ASCII outside a comment";
	}
	return NULL;
}

static void read_line(struct reader *reader, const char *text, int line)
{
	size_t len = strlen(text), indent = strspn(text, " \t");
	bool comment = text[indent] == '!' || text[indent] == '#';
	const char *offence = not_text(text, len, comment);
	vector words;

	if (offence) {
		config_fault(reader->report, line, "%s; plain text is right", offence);
		return;
	}
	if (len > LINE_MAX_OCTETS) {
		config_fault(reader->report, line, "%zu characters long; at most %d are right", len,
			     LINE_MAX_OCTETS);
		return;
	}
	if (comment || !text[indent] || !find_level(reader, text, indent, line))
		return;
	words = cmd_make_strvec(text + indent);
	execute(reader, words, line);
	cmd_free_strvec(words);
}

/* Cuts the text into lines, without their ends. 0 or -ENOMEM. */
static int split(struct config_report *report, const char *text, size_t len)
{
	size_t n = 1;
	char *p;

	for (size_t i = 0; i < len; i++)
		n += text[i] == '\n';
	report->lines = talloc_array(report, char *, n);
	p = report->lines ? talloc_strndup(report->lines, text, len) : NULL;
	if (!p)
		return -ENOMEM;
	while (*p) {
		char *stop = strchrnul(p, '\n'), *next = *stop ? stop + 1 : stop;

		*stop = '\0';
		if (stop > p && stop[-1] == '\r')
			stop[-1] = '\0';
		report->lines[report->n_lines++] = p;
		p = next;
	}
	return 0;
}

static void read_lines(struct config_report *report, struct vty *vty)
{
	struct reader reader = { .report = report, .vty = vty, .depth = 1 };

	reader.levels[0].node = CONFIG_NODE;
	reader.levels[0].indent = "";
	config_set_report(report);
	for (size_t i = 0; i < report->n_lines; i++)
		read_line(&reader, report->lines[i], (int)i + 1);
	config_set_line(0);
	config_set_report(NULL);
}

struct config *config_read_text(void *talloc_ctx, const char *text, size_t len,
				struct config_report *report)
{
	struct config *config, *edited;
	struct vty *vty;

	if (!report)
		return NULL;
	config = config_new(talloc_ctx);
	/* Not vty_new, which does not outlive a want of memory: nothing is written to this one. */
	vty = talloc_zero(report, struct vty);
	if (memchr(text, '\0', len)) {
		config_fault(report, 0,
			     "holds octets 0, so it is no configuration; plain text is right");
	} else if (!config || !vty || split(report, text, len) < 0) {
		config_fault(report, 0, "out of memory");
	} else {
		vty->type = VTY_FILE;
		edited = config_set_candidate(config);
		read_lines(report, vty);
		config_set_candidate(edited);
		config_validate(config, report);
	}
	talloc_free(vty);
	TALLOC_FREE(report->lines);
	report->n_lines = 0;
	if (config_report_count(report) == 0)
		return config;
	talloc_free(config);
	return NULL;
}

/* All up to the end of the file, or NULL and a fault. Files of /proc have a size of 0. */
static char *read_all(int fd, size_t *len, struct config_report *report)
{
	char *text = talloc_size(report, FILE_MAX + 1);
	ssize_t n = 1;

	if (!text) {
		config_fault(report, 0, "cannot be read: out of memory");
		return NULL;
	}
	for (*len = 0; n > 0 && *len <= FILE_MAX; *len += n > 0 ? n : 0)
		n = read(fd, text + *len, FILE_MAX + 1 - *len);
	if (n >= 0 && *len <= FILE_MAX)
		return text;
	if (n < 0)
		config_fault(report, 0, "cannot be read: %s", strerror(errno));
	else
		config_fault(report, 0, "is too long; at most %d octets are right", FILE_MAX);
	talloc_free(text);
	return NULL;
}

/* The file's octets, or NULL and a fault. What is no file is not even opened: that can wait for a
 * writer, or start a device. */
static char *load(const char *file, size_t *len, struct config_report *report)
{
	struct stat st;
	char *text;
	int fd;

	if (stat(file, &st) == 0 && !S_ISREG(st.st_mode)) {
		config_fault(report, 0, "is no file but a %s; name a configuration file",
			     S_ISDIR(st.st_mode) ? "directory" : "device, pipe or socket");
		return NULL;
	}
	fd = open(file, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (fd < 0) {
		config_fault(report, 0, "cannot be opened: %s", strerror(errno));
		return NULL;
	}
	text = read_all(fd, len, report);
	close(fd);
	return text;
}

struct config *config_read(void *talloc_ctx, const char *file, struct config_report *report)
{
	size_t len = 0;
	char *text = report ? load(file, &len, report) : NULL;
	struct config *config;

	if (!text)
		return NULL;
	config = config_read_text(talloc_ctx, text, len, report);
	talloc_free(text);
	return config;
}
