/* While a screen is shown, the session's octets are not libosmovty's: it would echo them and keep lines of them. So the
 * descriptor's callback is this file's until the end. */
#include "manage/cli/screen.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <osmocom/core/linuxlist.h>
#include <osmocom/core/select.h>
#include <osmocom/core/talloc.h>
#include <osmocom/core/timer.h>
#include <osmocom/core/utils.h>
#include <osmocom/vty/buffer.h>
#include <osmocom/vty/telnet_interface.h>
#include <osmocom/vty/vty.h>

#include "manage/cli/cli.h"
#include "manage/cli/clip.h"
#include "manage/cli/keys.h"
#include "manage/cli/later.h"

enum {
	USUAL_WIDTH = 80, /* of a terminal that does not say */
	USUAL_HEIGHT = 24,
	HEIGHT_MIN = 4,
	HEIGHT_MAX = 250,
	WIDTH_MAX = 500,
	TEXT_MAX = 2048, /* octets of a line, with its colours */
	SIDEWAYS = 8,    /* columns */
};

struct screen {
	struct llist_head entry;
	struct vty *vty;
	const struct screen_view *view;
	void *kept;
	bool plain;
	struct osmo_timer_list second;
	struct keys keys;
	int (*before)(struct osmo_fd *fd, unsigned what); /* the session's own callback */
	int said_width, said_height; /* by the terminal, when the size was taken from it */
	unsigned width, height;
	char **shown; /* by line, as written last; NULL: not yet */
	bool begun;
	/* What is in sight */
	unsigned top, left;
	bool following;
	/* The picture that is being drawn */
	unsigned n_heads, n_rows;
	char (*next)[TEXT_MAX]; /* by line */
};

static LLIST_HEAD(screens);

static struct screen *screen_of(const struct vty *vty)
{
	struct screen *screen;

	llist_for_each_entry (screen, &screens, entry)
		if (screen->vty == vty)
			return screen;
	return NULL;
}

bool screen_is_open(const struct vty *vty)
{
	return screen_of(vty);
}

static struct osmo_fd *fd_of(const struct screen *screen)
{
	struct telnet_connection *connection = screen->vty->priv;

	return &connection->fd;
}

/* The size */

static unsigned within(unsigned value, unsigned usual, unsigned min, unsigned max)
{
	return value ? OSMO_MIN(OSMO_MAX(value, min), max) : usual;
}

/* Forgets what is on the terminal. False without memory: then all is as it was. */
static bool resize(struct screen *screen)
{
	const unsigned height =
		within((unsigned)screen->vty->height, USUAL_HEIGHT, HEIGHT_MIN, HEIGHT_MAX);
	char **shown = talloc_zero_array(screen, char *, height);
	char(*next)[TEXT_MAX] = talloc_zero_size(screen, (size_t)height * TEXT_MAX);

	if (!shown || !next) {
		talloc_free(shown);
		talloc_free(next);
		return false;
	}
	for (unsigned i = 0; screen->shown && i < screen->height; i++)
		talloc_free(screen->shown[i]);
	talloc_free(screen->shown);
	talloc_free(screen->next);
	screen->shown = shown;
	screen->next = next;
	screen->said_width = screen->vty->width;
	screen->said_height = screen->vty->height;
	screen->height = height;
	screen->width = within((unsigned)screen->vty->width, USUAL_WIDTH, 1, WIDTH_MAX);
	return true;
}

/* The picture */

unsigned screen_width(const struct screen *screen)
{
	return screen->width;
}

/* Lines for rows: all but the head and the last. */
static unsigned room(const struct screen *screen)
{
	return screen->height - 1 - screen->n_heads;
}

static void put_line(struct screen *screen, unsigned line, const char *format, va_list args)
{
	char text[TEXT_MAX];

	vsnprintf(text, sizeof(text), format, args);
	clip(text,
	     &(const struct clip_how){
		     .left = screen->left, .width = screen->width, .plain = screen->plain },
	     screen->next[line], TEXT_MAX);
}

void screen_head(struct screen *screen, const char *format, ...)
{
	va_list args;

	if (screen->n_heads + 2 >= screen->height) /* a row and the last line */
		return;
	va_start(args, format);
	put_line(screen, screen->n_heads++, format, args);
	va_end(args);
}

void screen_row(struct screen *screen, const char *format, ...)
{
	const unsigned row = screen->n_rows++;
	va_list args;

	if (row < screen->top || row - screen->top >= room(screen))
		return;
	va_start(args, format);
	put_line(screen, screen->n_heads + row - screen->top, format, args);
	va_end(args);
}

static void put_last_line(struct screen *screen)
{
	const unsigned last = OSMO_MIN(screen->top + room(screen), screen->n_rows);
	char *out = screen->next[screen->height - 1], text[TEXT_MAX];

	if (screen->n_rows <= room(screen))
		snprintf(text, sizeof(text), "\033[7m q: end \033[0m");
	else
		snprintf(text, sizeof(text),
			 "\033[7m q: end   arrows, page keys: scroll   %u-%u of %u \033[0m",
			 screen->top + 1, last, screen->n_rows);
	clip(text, &(const struct clip_how){ .width = screen->width, .plain = screen->plain }, out,
	     TEXT_MAX);
}

static void ask_view(struct screen *screen)
{
	screen->n_heads = screen->n_rows = 0;
	memset(screen->next, 0, (size_t)screen->height * TEXT_MAX);
	screen->view->draw(screen, screen->kept);
}

static unsigned last_top(const struct screen *screen)
{
	return screen->n_rows > room(screen) ? screen->n_rows - room(screen) : 0;
}

static void compose(struct screen *screen)
{
	ask_view(screen);
	if (screen->following ? screen->top != last_top(screen) : screen->top > last_top(screen)) {
		screen->top = last_top(screen);
		ask_view(screen);
	}
	put_last_line(screen);
}

static void write_line(struct screen *screen, unsigned line)
{
	const char *text = screen->next[line];
	char *kept;

	if (screen->shown[line] && !strcmp(screen->shown[line], text))
		return;
	vty_out(screen->vty, "\033[%u;1H%s\033[K", line + 1, text);
	kept = talloc_strdup(screen, text);
	talloc_free(screen->shown[line]);
	screen->shown[line] = kept; /* NULL: it is written again */
}

/* Also libosmovty may have heard of another size, just behind the command. */
static void fit(struct screen *screen)
{
	const struct vty *vty = screen->vty;

	if (vty->width == screen->said_width && vty->height == screen->said_height)
		return;
	if (resize(screen))
		vty_out(screen->vty, "\033[2J");
}

static void draw(struct screen *screen)
{
	if (!screen->begun) /* the alternate screen, without a cursor */
		vty_out(screen->vty, "\033[?1049h\033[?25l\033[2J");
	screen->begun = true;
	fit(screen);
	compose(screen);
	for (unsigned line = 0; line < screen->height; line++)
		write_line(screen, line);
}

static void on_second(void *data)
{
	struct screen *screen = data;

	osmo_timer_schedule(&screen->second, 1, 0);
	if (!screen->begun || buffer_empty(screen->vty->obuf)) /* a slow line gets fewer pictures */
		draw(screen);
}

/* Keys */

static void scroll(struct screen *screen, int by)
{
	const unsigned far = last_top(screen);

	if (by < 0)
		screen->top -= OSMO_MIN((unsigned)-by, screen->top);
	else
		screen->top = OSMO_MIN(screen->top + (unsigned)by, far);
	screen->following = screen->view->follows && screen->top == far;
}

/* False: the key means nothing. */
static bool move(struct screen *screen, int key)
{
	const int page = OSMO_MAX((int)room(screen) - 1, 1);

	switch (key) {
	case KEY_UP:
		scroll(screen, -1);
		return true;
	case KEY_DOWN:
		scroll(screen, 1);
		return true;
	case KEY_PAGE_UP:
		scroll(screen, -page);
		return true;
	case KEY_PAGE_DOWN:
		scroll(screen, page);
		return true;
	case KEY_HOME:
		scroll(screen, -(int)screen->top);
		return true;
	case KEY_END:
		scroll(screen, (int)screen->n_rows);
		return true;
	case KEY_LEFT:
		screen->left -= OSMO_MIN((unsigned)SIDEWAYS, screen->left);
		return true;
	case KEY_RIGHT:
		screen->left += screen->left + SIDEWAYS < WIDTH_MAX ? SIDEWAYS : 0;
		return true;
	case KEY_WINDOW:
		screen->vty->width = (int)screen->keys.width;
		screen->vty->height = (int)screen->keys.height;
		return true;
	default:
		return false;
	}
}

static void close_screen(struct screen *screen)
{
	fd_of(screen)->cb = screen->before;
	osmo_timer_del(&screen->second);
	llist_del(&screen->entry);
	talloc_free(screen);
}

static void end(struct screen *screen)
{
	struct vty *vty = screen->vty;
	const char *ended = screen->view->ended;

	if (screen->begun)
		vty_out(vty, "\033[?25h\033[?1049l");
	close_screen(screen);
	cli_notice(vty, "%s", ended);
}

static int on_read(struct screen *screen, struct osmo_fd *fd)
{
	uint8_t octets[256];
	ssize_t n = read(fd->fd, octets, sizeof(octets));
	bool moved = false;

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return 0;
	if (n <= 0) { /* libosmovty closes it */
		int (*before)(struct osmo_fd *, unsigned) = screen->before;

		close_screen(screen);
		return before(fd, OSMO_FD_READ);
	}
	for (ssize_t i = 0; i < n; i++) {
		int key = keys_put(&screen->keys, octets[i]);

		if (key == 'q') {
			end(screen);
			return 0;
		}
		moved |= move(screen, key);
	}
	if (moved && screen->begun)
		draw(screen);
	return 0;
}

static int on_fd(struct osmo_fd *fd, unsigned what)
{
	struct telnet_connection *connection = fd->data;
	struct screen *screen = screen_of(connection->vty);

	if (what & OSMO_FD_WRITE)
		screen->before(fd, OSMO_FD_WRITE);
	return what & OSMO_FD_READ ? on_read(screen, fd) : 0;
}

int screen_open(struct vty *vty, const struct screen_view *view, bool plain, const void *kept,
		size_t len)
{
	struct screen *screen;

	if (screen_of(vty) || later_is_asked(vty))
		return -EBUSY;
	screen = talloc_zero(vty, struct screen);
	if (!screen)
		return -ENOMEM;
	screen->vty = vty;
	screen->view = view;
	screen->plain = plain;
	screen->following = view->follows;
	screen->kept = talloc_zero_size(screen, view->size);
	if (!screen->kept || !resize(screen)) {
		talloc_free(screen);
		return -ENOMEM;
	}
	memcpy(screen->kept, kept, len);
	llist_add_tail(&screen->entry, &screens);
	screen->before = fd_of(screen)->cb;
	fd_of(screen)->cb = on_fd;
	osmo_timer_setup(&screen->second, on_second, screen);
	osmo_timer_schedule(&screen->second, 0, 0); /* after the prompt */
	return 0;
}

void screen_forget(struct vty *vty)
{
	struct screen *screen = screen_of(vty);

	if (screen)
		close_screen(screen);
}
