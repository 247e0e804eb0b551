/* What was answered in the wizard, as a configuration. */
#include <string.h>

#include <osmocom/core/talloc.h>
#include <osmocom/core/utils.h>

#include "manage/setup/setup_model.h"

#define PUT(text, ...) (*(text) = *(text) ? talloc_asprintf_append(*(text), __VA_ARGS__) : NULL)

void setup_example(const struct setup_answers *answers, char out[static SETUP_DIGITS])
{
	osmo_strlcpy(out, answers->n_numbers ? answers->numbers[0] : "100", SETUP_DIGITS);
	if (strlen(out) < 3)
		osmo_strlcpy(out + strlen(out), strlen(out) == 2 ? "1" : "01", 3);
}

static void put_neighbour(char **text, const struct setup_answers *answers)
{
	const bool mulaw = answers->card && !strcmp(answers->card->type, "t1");

	PUT(text,
	    "! Telnet on this machine; see `show calls`, `show trunks`, `show alarms`.\n"
	    "cli\n listen 127.0.0.1 %u\n\n"
	    "! The web page and the API, to look at, for this machine alone.\n"
	    "http\n listen 127.0.0.1 %u\n anonymous viewer\n\n",
	    answers->cli_port, answers->http_port);
	PUT(text, "! UDP ports of sound.\nmedia\n ports %s\n\n",
	    answers->own.port >= 20000 && answers->own.port < 30000 ? "10000 19999"
								    : "20000 29999");
	PUT(text,
	    "! Where the PBX reaches us.\n"
	    "sip\n listen %s %u\n\n"
	    "! Who sends from there is served, without a password.\n"
	    "peer pbx\n address %s\n",
	    answers->own.host, answers->own.port, answers->pbx.host);
	if (answers->pbx.port)
		PUT(text, " port %u\n", answers->pbx.port);
	PUT(text,
	    " ! Its causes, and who it says is calling, are believed.\n"
	    " trusted\n"
	    " codecs %s\n"
	    " ! Ask it every 30 s whether it is there: alarm peer-down.\n"
	    " ! options 30\n\n",
	    mulaw ? "pcmu pcma" : "pcma pcmu");
}

static void put_virtual(char **text)
{
	PUT(text, "! The line: a cable in memory, whose far end is below.\n"
		  "span e1-1\n driver virtual\n far-end e1-2\n type e1\n\n"
		  "trunk pstn\n protocol isdn\n span e1-1\n d-channel 16\n"
		  " channels 1-15,17-31\n side user\n"
		  " ! This cable has no echo, and a canceller would take away that of 600.\n"
		  " echo off\n\n");
}

static void put_card(char **text, const struct setup_answers *answers)
{
	const struct dahdi_line *card = answers->card;

	PUT(text,
	    "! The line, by the kernel's number; `crosspoint --detect` tells its place, which "
	    "stays the same when cards come and go.\n"
	    "span %s-%u\n driver dahdi\n dahdi span %u\n type %s\n",
	    card->type, card->span, card->span, card->type);
	if (strcmp(card->type, "bri") != 0)
		PUT(text, " ! framing, coding%s: as the far end has them.\n",
		    strcmp(card->type, "e1") ? "" : ", crc4");
	if (!answers->network)
		PUT(text, " ! The operator gives the clock.\n clock-priority 1\n");
	PUT(text,
	    "\ntrunk pstn\n protocol isdn\n span %s-%u\n d-channel %u\n channels %s\n side %s\n"
	    " ! variant: what the far end speaks, by default %s.\n\n",
	    card->type, card->span, card->d_channel, card->b_channels,
	    answers->network ? "network" : "user", strcmp(card->type, "t1") ? "euroisdn" : "ni2");
}

static void put_routes(char **text, const struct setup_answers *answers)
{
	PUT(text, "! From the PBX to the line.\nroute to-the-line\n from peer pbx\n");
	if (*answers->prefix)
		PUT(text, " called %s\n strip %zu\n", answers->prefix, strlen(answers->prefix));
	PUT(text, " to trunk pstn\n\n! From the line to the PBX.\n");
	for (size_t i = 0; i < answers->n_numbers; i++)
		PUT(text, "route to-the-pbx-%zu\n from trunk pstn\n called %s\n to peer pbx\n\n",
		    i + 1, answers->numbers[i]);
	if (!answers->n_numbers)
		PUT(text, "route to-the-pbx\n from trunk pstn\n to peer pbx\n\n");
	if (answers->card && !answers->network)
		PUT(text, "! Numbers that go out whatever the routes and limits say, as they are "
			  "dialled; put yours in.\n"
			  "! emergency\n!  number 112\n!  number 110\n");
}

static void put_exchange(char **text)
{
	static const char *const lines[][3] = {
		{ "600", "echo", "echo" },
		{ "601", "milliwatt", "tone milliwatt" },
		{ "603", "busy", "reject 17 tone busy" },
	};

	PUT(text, "! The far end, a public exchange of one line. With a real line all below goes.\n"
		  "span e1-2\n driver virtual\n far-end e1-1\n type e1\n\n"
		  "trunk exchange\n protocol isdn\n span e1-2\n d-channel 16\n"
		  " channels 1-15,17-31\n side network\n hunt descending\n echo off\n");
	for (size_t i = 0; i < ARRAY_SIZE(lines); i++)
		PUT(text,
		    "\nline %s\n %s\n\nroute %s\n from trunk exchange\n called exact %s\n"
		    " to line %s\n",
		    lines[i][1], lines[i][2], lines[i][0], lines[i][0], lines[i][1]);
}

char *setup_config(void *ctx, const struct setup_answers *answers)
{
	char *text =
		talloc_strdup(ctx, "! Crosspoint, as `crosspoint --setup` wrote it: a PBX and a "
				   "line. Every option is explained in\n"
				   "! crosspoint.cfg(5); check a changed file with "
				   "`crosspoint --check FILE`.\n\n");

	put_neighbour(&text, answers);
	if (answers->card)
		put_card(&text, answers);
	else
		put_virtual(&text);
	put_routes(&text, answers);
	if (!answers->card)
		put_exchange(&text);
	return text;
}
