/* Answers that come later, in sessions on a Unix socket. */
#include "manage/cli/later.h"

#include <arpa/inet.h>
#include <semaphore.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <osmocom/core/select.h>
#include <osmocom/core/signal.h>
#include <osmocom/core/talloc.h>
#include <osmocom/vty/command.h>
#include <osmocom/vty/telnet_interface.h>
#include <osmocom/vty/vty.h>

#include "manage/cli/cli_socket.h"
#include "tests/unit/unit.h"

enum { TEXT_MAX = 4096, RUNNING = 4, WAITING = 8, CLIENTS = RUNNING + 2 };

static struct client {
	int fd;
	bool ended; /* it has read the end */
	char text[TEXT_MAX];
	size_t len;
} clients[CLIENTS];
static char dir[] = "/tmp/later-XXXXXX", path[64];
static sem_t go, go_first;              /* an answer may come; to words with f */
static atomic_uint asking, asking_most; /* threads */
static atomic_bool asked_b;
static unsigned freed, closed;

static void ask(void *data)
{
	const char *word = data;

	if (*word == 'b')
		asked_b = true;
	if (++asking > asking_most)
		asking_most = asking;
	sem_wait(*word == 'f' ? &go_first : &go);
	asking--;
}

static void tell(void *data, struct vty *vty)
{
	vty_out(vty, "answer %s%s", (const char *)data, VTY_NEWLINE);
}

static void free_word(void *data)
{
	freed++;
	free(data);
}

DEFUN(ask_for, ask_for_cmd, "ask WORD", "Asks\nFor it\n")
{
	static const struct later later = { ask, tell, free_word };

	return later_ask(vty, &later, strdup(argv[0]));
}

/* More than a socket takes. */
DEFUN(flood, flood_cmd, "flood", "Says much\n")
{
	for (unsigned i = 0; i < 1 << 16; i++)
		vty_out(vty, "0123456789abcdef0123456789abcdef0123456789abcdef");
	return CMD_SUCCESS;
}

DEFUN(say, say_cmd, "say WORD", "Says\nIt\n")
{
	vty_out(vty, "said %s%s", argv[0], VTY_NEWLINE);
	return CMD_SUCCESS;
}

static int on_event(unsigned subsys, unsigned signal, void *data, void *signal_data)
{
	const struct vty_signal_data *event = signal_data;

	(void)subsys, (void)signal, (void)data;
	if (event->event == VTY_CLOSED) {
		cli_socket_close_once(event->vty);
		later_forget(event->vty);
		closed++;
	}
	return 0;
}

static void take(struct client *client)
{
	char octets[512];
	ssize_t n = recv(client->fd, octets, sizeof(octets), MSG_DONTWAIT);

	client->ended = client->ended || n == 0;
	for (ssize_t i = 0; i < n && client->len < TEXT_MAX - 1; i++)
		if (octets[i] && octets[i] != '\r')
			client->text[client->len++] = octets[i];
	client->text[client->len] = '\0';
}

static void turn(void)
{
	osmo_select_main(1);
	for (unsigned i = 0; i < CLIENTS; i++)
		if (clients[i].fd >= 0)
			take(&clients[i]);
}

/* The loop turns meanwhile; bounded. */
#define EVENTUALLY(condition)                                                                      \
	for (unsigned turns = 0; !(condition); turns++) {                                          \
		ck_assert_msg(turns < 24000, "never: " #condition);                                \
		turn();                                                                            \
		usleep(5000);                                                                      \
	}

static bool ends_with(const struct client *client, const char *end)
{
	const size_t len = strlen(end);

	return client->len >= len && strcmp(client->text + client->len - len, end) == 0;
}

static void send_text(const struct client *client, const char *text)
{
	ck_assert_int_eq(write(client->fd, text, strlen(text)), (ssize_t)strlen(text));
}

static void open_client(struct client *client)
{
	struct sockaddr_un at = { .sun_family = AF_UNIX };

	snprintf(at.sun_path, sizeof(at.sun_path), "%s", path);
	*client = (struct client){ .fd = socket(AF_UNIX, SOCK_STREAM, 0) };
	ck_assert_int_eq(connect(client->fd, (struct sockaddr *)&at, sizeof(at)), 0);
	EVENTUALLY(ends_with(client, "> "));
	client->len = 0;
}

static void begin(void)
{
	static struct vty_app_info info = { .name = "test", .version = "0", .copyright = "" };

	signal(SIGPIPE, SIG_IGN);
	ck_assert_ptr_nonnull(mkdtemp(dir));
	snprintf(path, sizeof(path), "%s/cli", dir);
	sem_init(&go, 0, 0);
	sem_init(&go_first, 0, 0);
	vty_init(&info);
	install_element_ve(&ask_for_cmd);
	install_element_ve(&say_cmd);
	install_element_ve(&flood_cmd);
	osmo_signal_register_handler(SS_L_VTY, on_event, NULL);
	ck_assert_int_eq(cli_socket_open(NULL, path, ""), 0);
	for (unsigned i = 0; i < CLIENTS; i++)
		clients[i].fd = -1;
	open_client(&clients[0]);
}

static void end(void)
{
	later_stop();
	cli_socket_close();
	unlink(path);
	ck_assert_int_eq(rmdir(dir), 0);
}

START_TEST(prompt_comes_after_the_answer_and_others_do_not_wait)
{
	begin();
	open_client(&clients[1]);
	send_text(&clients[0], "ask a\n");
	EVENTUALLY(asking == 1);
	send_text(&clients[1], "say b\n");
	EVENTUALLY(ends_with(&clients[1], "said b\ntest> "));
	EVENTUALLY(ends_with(&clients[0], "ask a\n"));
	sem_post(&go);
	EVENTUALLY(ends_with(&clients[0], "ask a\nanswer a\ntest> "));
	send_text(&clients[0], "say c\n"); /* all is as before */
	EVENTUALLY(ends_with(&clients[0], "said c\ntest> "));
	ck_assert_uint_eq(freed, 1);
	end();
}
END_TEST

/* The session could still write, and does no more than that. */
START_TEST(question_right_after_an_answer_has_no_prompt_before_its_own)
{
	begin();
	send_text(&clients[0], "ask a\n");
	EVENTUALLY(asking == 1);
	sem_post(&go);
	EVENTUALLY(ends_with(&clients[0], "answer a\ntest> "));
	send_text(&clients[0], "ask b\n");
	EVENTUALLY(asking == 1);
	for (unsigned i = 0; i < 20; i++)
		turn();
	ck_assert(ends_with(&clients[0], "test> ask b\n"));
	sem_post(&go);
	EVENTUALLY(ends_with(&clients[0], "ask b\nanswer b\ntest> "));
	end();
}
END_TEST

START_TEST(commands_sent_along_are_answered_in_their_order)
{
	begin();
	send_text(&clients[0], "ask a\nsay b\nask c\nask d\nsay e\n");
	EVENTUALLY(asking == 1);
	ck_assert_ptr_null(strstr(clients[0].text, "said"));
	for (unsigned i = 0; i < 3; i++)
		sem_post(&go);
	EVENTUALLY(ends_with(&clients[0], "said e\ntest> "));
	ck_assert_str_eq(clients[0].text,
			 "ask a\nanswer a\ntest> say b\nsaid b\ntest> ask c\nanswer c\ntest> "
			 "ask d\nanswer d\ntest> say e\nsaid e\ntest> ");
	ck_assert_uint_eq(asking_most, 1);
	ck_assert_uint_eq(freed, 3);
	end();
}
END_TEST

START_TEST(what_is_typed_meanwhile_waits)
{
	begin();
	send_text(&clients[0], "ask a\n");
	EVENTUALLY(asking == 1);
	send_text(&clients[0], "say b\n");
	for (unsigned i = 0; i < 20; i++)
		turn();
	ck_assert_ptr_null(strstr(clients[0].text, "said b"));
	sem_post(&go);
	EVENTUALLY(ends_with(&clients[0], "answer a\ntest> say b\nsaid b\ntest> "));
	end();
}
END_TEST

START_TEST(session_that_closes_meanwhile_has_no_answer)
{
	begin();
	send_text(&clients[0], "ask a\nask b\n");
	EVENTUALLY(asking == 1);
	close(clients[0].fd);
	clients[0].fd = -1;
	EVENTUALLY(closed == 1);
	ck_assert_uint_eq(freed, 1); /* b, which is not asked any more */
	open_client(&clients[1]);
	sem_post(&go);
	EVENTUALLY(freed == 2);
	send_text(&clients[1], "say c\n");
	EVENTUALLY(ends_with(&clients[1], "said c\ntest> "));
	end();
}
END_TEST

static void close_client(struct client *client)
{
	close(client->fd);
	client->fd = -1;
}

START_TEST(a_few_questions_run_at_once_and_the_others_wait_for_their_turn)
{
	char word[16];

	begin();
	for (unsigned i = 0; i < RUNNING; i++) {
		open_client(&clients[1]);
		send_text(&clients[1], "ask a\n");
		EVENTUALLY(asking == i + 1);
		close_client(&clients[1]);
		EVENTUALLY(closed == i + 1); /* it is asked all the same */
	}
	for (unsigned i = 0; i < 2; i++) {
		if (i)
			open_client(&clients[i]);
		snprintf(word, sizeof(word), "ask %u\n", i);
		send_text(&clients[i], word);
		EVENTUALLY(ends_with(&clients[i], word));
	}
	ck_assert_uint_eq(freed, 0);
	for (unsigned i = 0; i < RUNNING + 2; i++)
		sem_post(&go);
	EVENTUALLY(ends_with(&clients[0], "answer 0\ntest> "));
	EVENTUALLY(ends_with(&clients[1], "answer 1\ntest> "));
	EVENTUALLY(freed == RUNNING + 2);
	ck_assert_uint_eq(asking_most, RUNNING);
	end();
}
END_TEST

START_TEST(sessions_take_turns)
{
	begin();
	send_text(&clients[0], "ask first\nask second\n");
	EVENTUALLY(asking == 1);
	for (unsigned i = 1; i < RUNNING; i++) {
		open_client(&clients[i]);
		send_text(&clients[i], "ask a\n");
		EVENTUALLY(asking == i + 1);
	}
	open_client(&clients[RUNNING]);
	send_text(&clients[RUNNING], "ask b\n");
	EVENTUALLY(ends_with(&clients[RUNNING], "ask b\n"));
	ck_assert(!asked_b);
	sem_post(&go_first);
	EVENTUALLY(freed == 1 && asking == RUNNING);
	ck_assert(asked_b); /* not the second of the first session */
	for (unsigned i = 0; i < RUNNING + 1; i++)
		sem_post(&go);
	EVENTUALLY(ends_with(&clients[0], "answer second\ntest> "));
	EVENTUALLY(ends_with(&clients[RUNNING], "answer b\ntest> "));
	EVENTUALLY(freed == RUNNING + 2);
	end();
}
END_TEST

START_TEST(session_with_many_questions_is_refused_more)
{
	char text[16 * (WAITING + 1)] = "";

	begin();
	for (unsigned i = 0; i < WAITING + 1; i++)
		strcat(text, "ask a\n");
	send_text(&clients[0], text);
	EVENTUALLY(asking == 1);
	ck_assert_uint_eq(freed, 1); /* the ninth */
	for (unsigned i = 0; i < WAITING; i++)
		sem_post(&go);
	EVENTUALLY(ends_with(&clients[0], "ask again after them\ntest> "));
	ck_assert_uint_eq(freed, WAITING + 1);
	send_text(&clients[0], "say b\n");
	EVENTUALLY(ends_with(&clients[0], "said b\ntest> "));
	end();
}
END_TEST

START_TEST(client_that_is_gone_is_noticed_with_octets_typed_ahead)
{
	begin();
	send_text(&clients[0], "ask a\n");
	EVENTUALLY(asking == 1);
	send_text(&clients[0], "ask b\n");
	for (unsigned i = 0; i < 20; i++)
		turn();
	close_client(&clients[0]);
	EVENTUALLY(closed == 1);
	ck_assert_uint_eq(freed, 0);
	sem_post(&go);
	EVENTUALLY(freed == 1);
	later_stop();
	ck_assert_uint_eq(freed, 1); /* what was typed ahead is not done */
	end();
}
END_TEST

/* libosmovty listens where it is told, once: the first of some free ports that is still free. */
static struct sockaddr_in listen_on_tcp(void)
{
	struct sockaddr_in at = { .sin_family = AF_INET };
	socklen_t len = sizeof(at);
	int rc = -1;

	inet_pton(AF_INET, "127.0.0.1", &at.sin_addr);
	for (unsigned i = 0; rc && i < 10; i++) {
		int fd = socket(AF_INET, SOCK_STREAM, 0);

		at.sin_port = 0;
		ck_assert_int_eq(bind(fd, (struct sockaddr *)&at, sizeof(at)), 0);
		getsockname(fd, (struct sockaddr *)&at, &len);
		close(fd);
		rc = telnet_init_dynif(NULL, NULL, "127.0.0.1", ntohs(at.sin_port));
	}
	ck_assert_int_eq(rc, 0);
	return at;
}

START_TEST(client_of_tcp_that_is_gone_is_noticed)
{
	struct client *client = &clients[1];
	struct sockaddr_in at;

	begin();
	at = listen_on_tcp();
	*client = (struct client){ .fd = socket(AF_INET, SOCK_STREAM, 0) };
	ck_assert_int_eq(connect(client->fd, (struct sockaddr *)&at, sizeof(at)), 0);
	EVENTUALLY(ends_with(client, "> "));
	client->len = 0;
	send_text(client, "ask a\n");
	EVENTUALLY(asking == 1 && ends_with(client, "ask a\n"));
	close_client(client);
	EVENTUALLY(closed == 1);
	sem_post(&go);
	EVENTUALLY(freed == 1);
	telnet_exit();
	end();
}
END_TEST

START_TEST(client_that_is_gone_before_it_has_read_all_is_noticed)
{
	int fd;

	begin();
	fd = clients[0].fd;
	send_text(&clients[0], "flood\nask a\nask b\n");
	clients[0].fd = -1; /* it does not read */
	EVENTUALLY(asking == 1);
	ck_assert_int_eq(write(fd, "say c\n", 6), 6);
	for (unsigned i = 0; i < 20; i++)
		turn();
	close(fd);
	turn(); /* the socket can be written to: it fails */
	ck_assert_uint_eq(closed, 1);
	ck_assert_uint_eq(freed, 1);
	sem_post(&go);
	EVENTUALLY(freed == 2);
	end();
}
END_TEST

START_TEST(what_was_said_before_exit_arrives)
{
	begin();
	send_text(&clients[0], "say a\nexit\n");
	EVENTUALLY(clients[0].ended);
	ck_assert_str_eq(clients[0].text, "say a\nsaid a\ntest> exit\n");
	ck_assert_uint_eq(closed, 1);
	end();
}
END_TEST

/* As `printf 'show records last 5\n' | nc -N -U` does. */
START_TEST(who_says_no_more_is_answered)
{
	begin();
	send_text(&clients[0], "ask a\n");
	shutdown(clients[0].fd, SHUT_WR);
	EVENTUALLY(asking == 1);
	for (unsigned i = 0; i < 20; i++)
		turn();
	ck_assert(!clients[0].ended);
	sem_post(&go);
	EVENTUALLY(clients[0].ended);
	ck_assert(ends_with(&clients[0], "answer a\ntest> "));
	ck_assert_uint_eq(closed, 1);
	end();
}
END_TEST

START_TEST(exit_sent_along_ends_the_session_at_once)
{
	begin();
	send_text(&clients[0], "ask a\nexit\n");
	EVENTUALLY(clients[0].ended);
	EVENTUALLY(asking == 1);
	ck_assert_uint_eq(freed, 0);
	sem_post(&go);
	later_stop(); /* it waits */
	ck_assert_uint_eq(freed, 1);
	end();
}
END_TEST

UNIT_MAIN("later", a_few_questions_run_at_once_and_the_others_wait_for_their_turn,
	  sessions_take_turns, session_with_many_questions_is_refused_more,
	  client_that_is_gone_is_noticed_with_octets_typed_ahead,
	  client_of_tcp_that_is_gone_is_noticed,
	  client_that_is_gone_before_it_has_read_all_is_noticed, what_was_said_before_exit_arrives,
	  prompt_comes_after_the_answer_and_others_do_not_wait,
	  question_right_after_an_answer_has_no_prompt_before_its_own,
	  commands_sent_along_are_answered_in_their_order, what_is_typed_meanwhile_waits,
	  session_that_closes_meanwhile_has_no_answer, who_says_no_more_is_answered,
	  exit_sent_along_ends_the_session_at_once)
