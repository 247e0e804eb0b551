/* The configuration of the registrar and its users, as a value. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "sip/peer/peer_config.h"

struct config_list;
struct config_section;

enum { USER_NUMBERS = 8, USER_NUMBER_MAX = 33, USER_DISPLAY_MAX = 64 };

struct user_config {
	struct peer_config
		peer; /* how calls with it are; its name, first as lists want it. It has no address */
	char secret[CREDENTIALS_SECRET_MAX];
	char numbers[USER_NUMBERS]
		    [USER_NUMBER_MAX]; /* it is called by; the first is also its caller's number */
	size_t n_numbers;
	char display[USER_DISPLAY_MAX]; /* its name as others see it; "": what it says itself */
	unsigned contacts;              /* phones at a time; 0: as the registrar has it */
};

struct registrar_config {
	bool on;
	char realm[CREDENTIALS_NAME_MAX]; /* crosspoint */
	enum digest_choice digests;
	unsigned expires_min_s, expires_max_s, expires_s; /* 60, 7200; when not asked for: 3600 */
	unsigned contacts;                                /* of each user, 5 */
	char standby
		[PEER_NAME_MAX]; /* while that peer is reachable, calls to users go to it; "": none */
	struct user_config *users;
	size_t n_users;
	int line;
};

extern const struct config_section registrar_section;
