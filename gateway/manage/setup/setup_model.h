/* Inside of the wizard: what was found, asked and answered, before it is written down. Control thread. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "drivers/dahdi_detect.h"

enum {
	SETUP_LINES = 32,   /* of cards, that are offered */
	SETUP_NUMBERS = 20, /* that go to the PBX */
	SETUP_DIGITS = 33,
	SETUP_HOST = 256
};

/* What is known before the first question. */
struct setup_found {
	const struct dahdi_line *lines; /* that the cards have */
	size_t n_lines;
	bool replace; /* the gateway may run already: ports that are taken may be its own */
};

/* A SIP address: of the PBX, or our own. */
struct setup_place {
	char host[SETUP_HOST]; /* a name, or an IPv4 or IPv6 address */
	int family;            /* AF_INET, AF_INET6; 0: a name */
	uint16_t port;         /* 0: not said */
};

struct setup_answers {
	const struct dahdi_line *card; /* NULL: the virtual line, whose far end is built in */
	bool network;                  /* we are the exchange's side of the card's line */
	struct setup_place pbx, own;   /* own has address and port */
	char numbers[SETUP_NUMBERS][SETUP_DIGITS]; /* they begin so */
	size_t n_numbers;                          /* 0: all */
	char prefix[SETUP_DIGITS];                 /* dialled to reach the line; "": nothing */
	uint16_t cli_port, http_port;
};

/* setup_ask.c: the questions, on out, and their answers, from in; *answers refers to the
 * lines found. 0, or -ECANCELED at the end of input. */
int setup_ask(FILE *in, FILE *out, const struct setup_found *found, struct setup_answers *answers);

/* setup_place.c */

/* "192.0.2.1", "192.0.2.1:5062", "2001:db8::1", "[2001:db8::1]:5062", "pbx.example.com:5062". NULL, or what is wrong
 * with it, and *place is as it was. */
const char *setup_place_read(const char *text, struct setup_place *place);
/* As it stands in URIs and questions: with [] round IPv6, and the port if there is one. *out is size octets. */
void setup_place_text(const struct setup_place *place, char *out, size_t size);
/* What the PBX sees us as, and a port there, one that is free or, where taken will do, any but the PBX's; host "": it
 * cannot be told. */
void setup_place_guess(const struct setup_place *pbx, bool taken, struct setup_place *own);
/* NULL, or why we cannot listen there and have this PBX see us; a taken port is no reason where taken will do. */
const char *setup_place_check(const struct setup_place *own, const struct setup_place *pbx,
			      bool taken);
/* The first TCP port from there on that is free on 127.0.0.1; port itself when none of the next hundred is. */
uint16_t setup_free_port(uint16_t port);

/* setup_write.c: the configuration, talloc'd below ctx; NULL: no memory. */
char *setup_config(void *ctx, const struct setup_answers *answers);
/* A number, of those that go to the PBX, to try it with. */
void setup_example(const struct setup_answers *answers, char out[static SETUP_DIGITS]);

/* setup_pbx.c: whether there is such a kind; the PBX's half, for one kind, or for all (NULL). */
bool setup_pbx_known(const char *kind);
void setup_pbx_print(FILE *out, const struct setup_answers *answers, const char *kind);
