/* The wizard: what must hold before the first question, and what is done after the last answer. */
#include "manage/setup/setup.h"

#include <errno.h>
#include <libgen.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <osmocom/core/talloc.h>
#include <osmocom/core/utils.h>

#include "base/config.h"
#include "manage/setup/setup_model.h"
#include "manage/config/store.h"

/* Whether the file can be written in the end, before anybody takes the trouble of answering. 0 or -errno. */
static int check_file(const struct setup_request *request)
{
	char *copy = talloc_strdup(NULL, request->file);
	const char *folder = copy ? dirname(copy) : ".";
	struct stat st;
	int rc = -EEXIST;

	if (stat(request->file, &st) == 0 && !S_ISREG(st.st_mode)) {
		fprintf(stderr, "%s: is no file; name one with -c FILE\n", request->file);
	} else if (access(request->file, F_OK) == 0 && !request->replace) {
		fprintf(stderr,
			"%s: is there already; --replace puts the new one in its place (and keeps "
			"it as %s.1), -c FILE names another\n",
			request->file, request->file);
	} else {
		rc = access(folder, W_OK) < 0 ? -errno : 0;
		if (rc < 0)
			fprintf(stderr,
				"%s: cannot be written: %s: %s; -c FILE names a file elsewhere%s\n",
				request->file, folder, strerror(errno),
				errno == ENOENT ? ", or make that folder" : ", or be root");
	}
	talloc_free(copy);
	return rc;
}

/* Our own reader has the last word on what was written. 0 or -errno with the faults printed. */
static int check_text(void *ctx, const char *text)
{
	struct config_report *report = config_report_new(ctx, NULL);

	if (config_read_text(ctx, text, strlen(text), report))
		return 0;
	for (size_t i = 0; i < config_report_count(report); i++)
		fprintf(stderr, "these answers make no configuration: %s\n",
			config_report_get(report, i));
	return -EINVAL;
}

static int write_file(const char *file, const struct setup_answers *answers)
{
	void *ctx = talloc_new(NULL);
	char *text = setup_config(ctx, answers);
	int rc = text ? check_text(ctx, text) : -ENOMEM;

	if (rc == 0) {
		rc = store_write(file, text);
		if (rc < 0)
			fprintf(stderr, "%s: cannot be written: %s\n", file, strerror(-rc));
	}
	talloc_free(ctx);
	return rc;
}

static void say_next(const char *file, const struct setup_answers *answers)
{
	char number[SETUP_DIGITS];

	setup_example(answers, number);
	printf("\n%s is written. Next:\n\n"
	       "  crosspoint --check %s\n"
	       "  crosspoint -c %s\n"
	       "  telnet 127.0.0.1 %u        and there:\n",
	       file, file, file, answers->cli_port);
	if (answers->card)
		printf("    show trunks                     the line: layer 2 is to be \"up\"\n"
		       "    originate peer pbx %s hold 10   a test call to a number of the PBX\n",
		       number);
	else
		printf("    originate trunk exchange %s line milliwatt hold 10\n"
		       "                                    a test call from the line to the PBX\n"
		       "  From an extension of the PBX: %s600 says back what it hears, %s601 is a "
		       "tone, "
		       "%s603 is busy.\n",
		       number, answers->prefix, answers->prefix, answers->prefix);
	printf("  http://127.0.0.1:%u/           the page: calls, channels, alarms, live\n",
	       answers->http_port);
}

int setup_run(const struct setup_request *request)
{
	struct dahdi_line lines[SETUP_LINES];
	struct setup_found found = { .lines = lines, .replace = request->replace };
	struct setup_answers answers;
	int rc;

	if (request->pbx && !setup_pbx_known(request->pbx)) {
		fprintf(stderr, "--pbx %s: no such kind; asterisk, freepbx or generic\n",
			request->pbx);
		return -EINVAL;
	}
	rc = check_file(request);
	if (rc < 0)
		return rc;
	found.n_lines = dahdi_detect_lines(lines, SETUP_LINES);
	rc = setup_ask(stdin, stdout, &found, &answers);
	if (rc < 0) {
		printf("\n");
		fprintf(stderr, "%s: not written: the answers ended too early\n", request->file);
		return rc;
	}
	rc = write_file(request->file, &answers);
	if (rc < 0)
		return rc;
	say_next(request->file, &answers);
	setup_pbx_print(stdout, &answers, request->pbx);
	return 0;
}
