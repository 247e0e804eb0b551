/* People's side: the CLI on libosmovty, show commands as text and JSON, the candidate configuration. Control
 * thread. It reads the state of the layers below through their status values alone. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct config;
struct config_report;
struct gateway; /* below: what manage may look at and ask */
struct call_hub;
struct mg;
struct plant;
struct records;
struct sip;
struct trunks;

struct gateway {
	struct mg *mg;
	struct call_hub *hub;
	struct records *records;
	struct trunks *trunks;
	struct plant *plant; /* NULL in tests that have none */
	struct sip *sip;     /* the same */
	const char *config_file;
	const char *state_dir; /* where locks, records and the audit log are kept; NULL: nowhere */
	/* Carries the running state over to the new configuration; 0, or -errno with the faults reported and
	 * the old one still in force. main owns it, for it knows every layer's apply. */
	int (*apply)(struct gateway *gateway, const struct config *to,
		     struct config_report *report);
	/* Takes no new calls from now on, but emergency calls, and ends the process when the last call is over; those
	 * that are left after so many minutes are cleared (0: no limit). */
	void (*drain)(struct gateway *gateway, unsigned minutes);
	void (*undrain)(struct gateway *gateway); /* goes on as before */
	struct config *running;
	void *owner; /* main's talloc root */
};

/* Registers every section of the configuration, libosmovty, its nodes and every command. Before
 * config_read. */
void manage_init(void *talloc_ctx, const char *version);
/* Opens the CLI port and serves the gateway. 0 or -errno with the reason logged. */
int manage_start(struct gateway *gateway);
void manage_stop(void);

/* watch.c: what raises alarms, but nobody below looks at by itself: line errors, ticks that come late. */
void watch_start(const struct gateway *gateway);
void watch_stop(void);
