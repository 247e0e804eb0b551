/* The configuration of webhooks, as a value. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/alarm.h"

struct config_section;

enum { WEBHOOK_NAME_MAX = 32, WEBHOOK_URL_MAX = 256, WEBHOOK_SECRET_MAX = 128, WEBHOOKS_MAX = 16 };

struct webhook_config {
	char name[WEBHOOK_NAME_MAX];
	char url[WEBHOOK_URL_MAX];
	char key[WEBHOOK_SECRET_MAX];   /* of the signature; "": none */
	char token[WEBHOOK_SECRET_MAX]; /* says who we are; "": nothing does */
	enum alarm_severity severity;   /* at least */
	bool cleared;                   /* told too when an alarm is over */
	unsigned timeout_s;             /* for an answer */
	unsigned retries;               /* of one notice, before it is given up */
	unsigned queue;                 /* notices that wait */
	int line;
};

struct webhooks_config {
	struct webhook_config *webhooks;
	size_t n_webhooks;
};

#define WEBHOOK_KEY_PREFIX "whsec_" /* of a key in BASE64, as Standard Webhooks has it */
/* Text of 1 to WEBHOOK_SECRET_MAX - 1 characters, and BASE64 after that prefix. */
bool webhook_is_key(const char *key);

extern const struct config_section webhooks_section;
