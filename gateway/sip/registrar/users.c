/* Users in sorted arrays: they change with the configuration alone. */
#include "sip/registrar/users.h"

#include <stdlib.h>
#include <string.h>

#include <osmocom/core/talloc.h>

struct number {
	const char *digits;
	struct user *user;
};

struct users {
	struct user **all; /* by name */
	size_t n;
	struct number *numbers; /* by digits */
	size_t n_numbers;
};

static int compare_users(const void *a, const void *b)
{
	const struct user *const *one = a, *const *other = b;

	return strcmp((*one)->config.peer.name, (*other)->config.peer.name);
}

static int compare_numbers(const void *a, const void *b)
{
	const struct number *one = a, *other = b;

	return strcmp(one->digits, other->digits);
}

static bool add_all(struct users *users, const struct registrar_config *config)
{
	for (size_t i = 0; i < config->n_users; i++) {
		struct user *user = talloc_zero(users, struct user);

		if (!user)
			return false;
		user->limits = talloc_zero(user, struct limits);
		if (!user->limits)
			return false;
		user->config = config->users[i];
		bindings_init(&user->bindings);
		users->all[users->n++] = user;
		for (size_t j = 0; j < user->config.n_numbers; j++)
			users->numbers[users->n_numbers++] =
				(struct number){ user->config.numbers[j], user };
	}
	return true;
}

static void move_state(struct users *to, struct users *from)
{
	for (size_t i = 0; i < to->n; i++) {
		struct user *user = to->all[i];
		struct user *old = users_by_name(from, user->config.peer.name);
		struct binding *binding;

		if (!old)
			continue;
		llist_for_each_entry (binding, &old->bindings.list, entry)
			talloc_steal(user, binding);
		llist_splice_init(&old->bindings.list, &user->bindings.list);
		user->bindings.n = old->bindings.n;
		user->dirty = old->dirty;
		old->bindings.n = 0;
		talloc_free(user->limits);
		user->limits = talloc_reparent(old, user, old->limits);
	}
}

struct users *users_new(void *talloc_ctx, const struct registrar_config *config, struct users *from)
{
	struct users *users = talloc_zero(talloc_ctx, struct users);
	size_t numbers = 0;

	if (!users)
		return NULL;
	for (size_t i = 0; i < config->n_users; i++)
		numbers += config->users[i].n_numbers;
	users->all = talloc_zero_array(users, struct user *, config->n_users + 1);
	users->numbers = talloc_zero_array(users, struct number, numbers + 1);
	if (!users->all || !users->numbers || !add_all(users, config)) {
		talloc_free(users);
		return NULL;
	}
	qsort(users->all, users->n, sizeof(struct user *), compare_users);
	qsort(users->numbers, users->n_numbers, sizeof(*users->numbers), compare_numbers);
	if (from)
		move_state(users, from);
	return users;
}

struct user *users_by_name(const struct users *users, const char *name)
{
	size_t low = 0, high = users->n;

	while (low < high) {
		size_t middle = (low + high) / 2;
		int order = strcmp(name, users->all[middle]->config.peer.name);

		if (!order)
			return users->all[middle];
		if (order < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return NULL;
}

struct user *users_by_number(const struct users *users, const char *number)
{
	const struct number key = { .digits = number };
	const struct number *found = users->n_numbers
					     ? bsearch(&key, users->numbers, users->n_numbers,
						       sizeof(key), compare_numbers)
					     : NULL;

	return found ? found->user : NULL;
}

struct user *users_find(const struct users *users, const char *who)
{
	struct user *user = users_by_name(users, who);

	return user ? user : users_by_number(users, who);
}

size_t users_count(const struct users *users)
{
	return users->n;
}

struct user *users_at(const struct users *users, size_t i)
{
	return users->all[i];
}
