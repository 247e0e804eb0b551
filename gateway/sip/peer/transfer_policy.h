/* What a peer may do with calls besides placing and clearing them, as a value. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

enum { REDIRECT_HOPS_DEFAULT = 5 };

enum refer_policy {
	REFER_TRUSTED, /* its users transfer calls if it is trusted */
	REFER_ALLOW,
	REFER_REFUSE,
};

enum redirect_policy {
	REDIRECT_FOLLOW, /* 3xx: where it says, if that is a peer */
	REDIRECT_ROUTE,  /* the number that it says goes to the routes */
	REDIRECT_REFUSE, /* the call ends */
};

enum dtmf_policy {
	DTMF_TEVENT,
	DTMF_INFO, /* application/dtmf-relay in INFO requests, no telephone-event */
	DTMF_INBAND,
};

struct transfer_policy {
	uint8_t refer;         /* enum refer_policy */
	bool by_refer;         /* parties of it are put through by REFER, where it takes that */
	uint8_t redirect;      /* enum redirect_policy */
	uint8_t redirect_hops; /* 3xx followed in one call */
	uint8_t dtmf;          /* enum dtmf_policy */
};
