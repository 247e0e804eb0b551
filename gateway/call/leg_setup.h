/* What a SETUP says: plain values in Q.931's words, of every protocol. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "call/target.h"

#define LEG_DIGITS "0123456789*#ABCD" /* what a number is made of */
enum { LEG_DIGITS_MAX = 32, LEG_NAME_MAX = 64, LEG_SUBADDRESS_MAX = 20, LEG_UUI_MAX = 129 };
enum { LEG_CARRIER_MAX = 12, LEG_REPLACES_MAX = 256, LEG_REFERRER_MAX = 128 };

/* Q.931 4.5.10 type of number */
enum leg_number_type {
	LEG_TON_UNKNOWN = 0,
	LEG_TON_INTERNATIONAL = 1,
	LEG_TON_NATIONAL = 2,
	LEG_TON_NETWORK = 3,
	LEG_TON_SUBSCRIBER = 4,
	LEG_TON_ABBREVIATED = 6,
};
enum leg_presentation { LEG_PRES_ALLOWED = 0, LEG_PRES_RESTRICTED = 1, LEG_PRES_UNAVAILABLE = 2 };

struct leg_number {
	char digits[LEG_DIGITS_MAX + 1]; /* of LEG_DIGITS; "" when absent */
	uint8_t type;                    /* enum leg_number_type */
	uint8_t plan;                    /* Q.931 numbering plan; 1 is E.164 */
	uint8_t presentation;            /* enum leg_presentation; not of a called number */
	uint8_t screening;               /* Q.931: 0 not screened, 1 passed, 3 network provided */
};

/* Q.931 4.5.9, 4.5.11: NSAP or user specified octets. */
struct leg_subaddress {
	uint8_t type; /* as on the line: 0 NSAP, 2 user specified */
	bool odd;     /* user specified BCD: the last half octet says nothing */
	uint8_t len;  /* 0: absent */
	uint8_t octets[LEG_SUBADDRESS_MAX];
};

/* Somebody: the one who answered, or was turned to. */
struct leg_party {
	struct leg_number number;
	char name[LEG_NAME_MAX]; /* UTF-8; "" when absent */
	struct leg_subaddress subaddress;
};

/* Q.952; why a call was diverted. */
enum leg_diversion {
	LEG_DIVERTED_UNKNOWN = 0,
	LEG_DIVERTED_BUSY = 1,
	LEG_DIVERTED_NO_REPLY = 2,
	LEG_DIVERTED_DEFLECTED = 4,
	LEG_DIVERTED_UNCONDITIONAL = 15,
};

struct leg_redirecting {
	struct leg_party from;      /* who diverted it last; no digits and count 0: nobody */
	struct leg_number original; /* the first called one */
	uint8_t reason;             /* enum leg_diversion */
	uint8_t original_reason;    /* the same of the first one */
	uint8_t count;              /* how often, so far */
};

/* Where a call to the called number is to be sent, when somebody has looked it up: number portability (Q.769.1) and
 * carrier selection (Q.931 4.5.29). */
struct leg_transit {
	struct leg_number routing; /* Q.763 3.90 network routing number; no digits: none */
	bool ported_asked; /* the data base of ported numbers has been asked (Q.763 3.23, bit M) */
	char carrier[LEG_CARRIER_MAX + 1]; /* digits, "+" in front of a country's; "" for none */
	/* The trunk that the caller wants, among those of its route; "": any. To a leg: the trunk it came from. */
	char trunk_group[TARGET_NAME_MAX];
	/* The call elsewhere whose place this one is to take, in the words of who said it; "": none. */
	char replaces[LEG_REPLACES_MAX];
};

/* User-user information (Q.931 4.5.30): protocol discriminator in front. */
struct leg_uui {
	uint8_t len; /* 0: none */
	uint8_t octets[LEG_UUI_MAX];
};

enum leg_bearer { LEG_SPEECH, LEG_AUDIO_3K1, LEG_UNRESTRICTED };
enum leg_law { LEG_LAW_ANY, LEG_LAW_ALAW, LEG_LAW_MULAW };

/* How much a call matters (Q.735.3, Q.955.3). An emergency call may take the channel of a routine one, and no other;
 * a call back follows one. */
enum leg_precedence { LEG_ROUTINE, LEG_CALL_BACK, LEG_EMERGENCY };

struct leg_setup {
	struct leg_number called, calling;
	char calling_name[LEG_NAME_MAX]; /* UTF-8; "" when absent */
	struct leg_subaddress called_subaddress, calling_subaddress;
	struct leg_redirecting redirecting;
	struct leg_transit transit;
	char referrer[LEG_REFERRER_MAX]; /* who had it placed (RFC 3892), a URI; "": nobody */
	char keypad[LEG_DIGITS_MAX + 1]; /* Q.931 4.5.18 keypad facility; "" when absent */
	uint8_t bearer;                  /* enum leg_bearer */
	bool all_isdn;                   /* the caller and the way to here (Q.931 4.5.23) */
	bool incomplete;    /* called is not yet whole: LEG_INFORMATION brings the rest */
	uint8_t hops;       /* exchanges that it may pass yet, this one among them; 0: not said */
	uint8_t breadth;    /* parties that may be called for it at a time; 0: not said */
	uint8_t precedence; /* enum leg_precedence; the hub's, whatever a leg says */
	uint32_t context;   /* to a leg: where its termination goes */
};
