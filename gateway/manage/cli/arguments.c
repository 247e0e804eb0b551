/* What the program is asked to do, by its arguments. */
#include "manage/cli/arguments.h"

#include <getopt.h>
#include <stdbool.h>
#include <string.h>

#include "records/command.h"

#define DEFAULT_FILE "/etc/crosspoint/crosspoint.cfg"
#define DEFAULT_STATE "/var/lib/crosspoint"

void arguments_usage(FILE *to)
{
	fprintf(to,
		"Usage: crosspoint [-c FILE] [--state DIR]\n"
		"                                 run with the configuration FILE (%s);\n"
		"                                 keep locks and records in DIR (%s)\n"
		"       crosspoint --check FILE   tell every fault of FILE, and whether it is "
		"good\n"
		"       crosspoint --cli [-c FILE] [COMMAND]\n"
		"                                 give commands to the gateway that runs with "
		"FILE\n"
		"       crosspoint --detect       list the cards, as a configuration to start "
		"from\n"
		"       crosspoint --setup [-c FILE] [--replace] [--pbx asterisk|freepbx|generic]\n"
		"                                 ask about a line and a PBX, write FILE, tell the "
		"PBX's half\n"
		"       crosspoint --import SYSTEM.CONF CHAN_DAHDI.CONF\n"
		"                                 say in a configuration what DAHDI's and "
		"Asterisk's "
		"files say\n" RECORDS_USAGE
		"       crosspoint --manual 5|8   print the manual page crosspoint.cfg(5) or "
		"crosspoint(8), for man(1)\n"
		"       crosspoint --version      print the version\n"
		"       crosspoint --help         print this\n",
		DEFAULT_FILE, DEFAULT_STATE);
}

/* Options that name a mode; short ones are those of `short_options`. */
enum { OPTION_STATE = 1, OPTION_PBX, OPTION_REPLACE, OPTION_MODE = 64 };

static const struct option options[] = {
	{ "config", required_argument, NULL, 'c' },
	{ "state", required_argument, NULL, OPTION_STATE },
	{ "pbx", required_argument, NULL, OPTION_PBX },
	{ "replace", no_argument, NULL, OPTION_REPLACE },
	{ "check", required_argument, NULL, OPTION_MODE + MODE_CHECK },
	{ "cli", no_argument, NULL, OPTION_MODE + MODE_CLI },
	{ "detect", no_argument, NULL, OPTION_MODE + MODE_DETECT },
	{ "import", required_argument, NULL, OPTION_MODE + MODE_IMPORT },
	{ "setup", no_argument, NULL, OPTION_MODE + MODE_SETUP },
	{ "manual", required_argument, NULL, OPTION_MODE + MODE_MANUAL },
	{ "version", no_argument, NULL, OPTION_MODE + MODE_VERSION },
	{ "help", no_argument, NULL, OPTION_MODE + MODE_HELP },
	{ NULL, 0, NULL, 0 },
};

/* False: it is unknown. */
static bool take(struct arguments *out, int option)
{
	switch (option) {
	case 'c':
		out->file = optarg;
		return true;
	case OPTION_STATE:
		out->state = optarg;
		return true;
	case OPTION_PBX:
		out->pbx = optarg;
		return true;
	case OPTION_REPLACE:
		out->replace = true;
		return true;
	case 'h':
		out->mode = MODE_HELP;
		return true;
	case 'V':
		out->mode = MODE_VERSION;
		return true;
	default:
		if (option < OPTION_MODE || option > OPTION_MODE + MODE_HELP)
			return false;
		out->mode = (enum arguments_mode)(option - OPTION_MODE);
		out->value = optarg;
		return true;
	}
}

int arguments_parse(int argc, char **argv, struct arguments *out)
{
	int option, wanted;

	*out = (struct arguments){ .file = DEFAULT_FILE, .state = DEFAULT_STATE };
	while ((option = getopt_long(argc, argv, "c:hV", options, NULL)) != -1)
		if (!take(out, option))
			return -1;
	if (out->mode == MODE_RUN && optind < argc && !strcmp(argv[optind], "setup")) {
		out->mode = MODE_SETUP;
		optind++;
	}
	out->words = argv + optind;
	out->n_words = argc - optind;
	if ((out->pbx || out->replace) && out->mode != MODE_SETUP)
		return -1;
	wanted = out->mode == MODE_CLI ? out->n_words : out->mode == MODE_IMPORT;
	return out->n_words == wanted ? 0 : -1;
}
