/* A full screen in a session, kept up to date once a second until q: a head that stays, rows that scroll, and a line at the
 * bottom that says how. Escape sequences are ECMA-48's that every terminal knows, and xterm's alternate screen; only lines that
 * have changed are written again. Control thread. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct screen;
struct vty;

/* What is shown. */
struct screen_view {
	size_t size;  /* of what it keeps while it is shown, all 0 at first */
	bool follows; /* the newest rows are the last, and in sight until somebody scrolls */
	/* Says all lines anew: first those of the head, then the rows. It may be asked twice for one picture. */
	void (*draw)(struct screen *screen, void *kept);
	const char *ended; /* what the session says once it is over */
};

/* 0; -EBUSY: the session shows one already, or waits for an answer; -ENOMEM. plain: without colours. kept: what draw is
 * given, its first octets. */
int screen_open(struct vty *vty, const struct screen_view *view, bool plain, const void *kept,
		size_t len);
/* The session has ended. */
void screen_forget(struct vty *vty);
bool screen_is_open(const struct vty *vty);

/* For draw. Texts may have control sequences of colour alone ("\033[1;31m", and "\033[0m" behind it); other control
 * characters, and what is no UTF-8, are shown as "?". */
void screen_head(struct screen *screen, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
void screen_row(struct screen *screen, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
/* Columns that there are. */
unsigned screen_width(const struct screen *screen);
