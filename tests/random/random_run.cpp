#include "random/random_run.hpp"

#include <algorithm>

namespace gm2m::test {
namespace {

constexpr std::size_t longest_key = 24;
// Few enough to meet again and again.
constexpr std::size_t most_users = 10, most_targets = 30;
constexpr const char* target_models[] = {"cinema.Movie", "cinema.Documentary", "cinema.Opera", "cinema.Country"};

GM2MOptions relation() {
    return {.related = {target_models, target_models + 4}, .pk_maxlength = longest_key};
}

ExpectedLinks::Names sorted(ExpectedLinks::Names names) {
    std::ranges::sort(names);
    return names;
}

std::string key_in(const std::string& name) {
    return name.substr(name.find(':') + 1);
}

std::string quoted(const std::string& text) {
    std::string literal = "'";
    for (const char c : text)
        literal += c == '\'' ? "''" : std::string(1, c);
    return literal + "'";
}

}  // namespace

RandomRun::RandomRun(const Configuration& configuration, unsigned seed)
    : configuration_(configuration), scratch_(configuration.engine), cinema_(configuration, relation()),
      db_(Database::open(cinema_.registry, scratch_.url())), random_(seed) {
    db_.create_tables();
    // Small statements: nearly every operation has to be split.
    if (configuration.models == Models::run_time)
        options_.keys_per_statement = 3;
    reopen();
    while (state_.users.size() < 2 || state_.targets.size() < 2)
        insert();
}

void RandomRun::step() {
    const unsigned choice = below(100);
    if (choice < 10 || state_.users.size() < 2 || state_.targets.size() < 2)
        insert();
    else if (choice < 50)
        change();
    else if (choice < 75)
        change_reverse();
    else if (choice < 79)
        clear();
    else if (choice < 85)
        remove_object();
    else if (choice < 88)
        lose_row();
    else if (choice < 91)
        refuse();
    else if (choice < 99)
        transaction();
    else
        reopen();
}

void RandomRun::insert() {
    const unsigned kind = below(6);
    const bool is_user = kind >= 4;
    Names& all = is_user ? state_.users : state_.targets;
    if (all.size() >= (is_user ? most_users : most_targets))
        return;
    const char* model = is_user ? "cinema.User" : target_models[kind];
    Object object = cinema_.registry[model].make();
    object.set(is_user || kind == 3 ? "name" : "title", Value("?"));
    if (kind == 3) {
        const Name key = country_key();
        if (state_.links.exists("cinema.Country:" + key))
            return;
        object.set("code", Value(key));
    }
    db_.insert(object);
    const Name name = object.to_string();
    log("insert", name);
    state_.links.insert(name);
    if (std::ranges::find(all, name) == all.end())
        all.push_back(name);
}

void RandomRun::change() {
    const Name user = one_of(state_.users);
    if (!state_.links.exists(user))
        return;
    const Names targets = some_of(state_.targets);
    const std::vector<Reference> given = references(targets);
    switch (below(5)) {
        case 0:
        case 1:
            log("add", user, targets);
            compare(forward(user).add(given), state_.links.add(user, targets));
            break;
        case 2:
            log("remove", user, targets);
            compare(forward(user).remove(given), state_.links.remove(user, targets));
            break;
        case 3:
            log("set", user, targets);
            compare(forward(user).set(given), state_.links.set(user, targets));
            break;
        default:
            log("toggle", user, targets);
            compare(forward(user).toggle(given), state_.links.toggle(user, targets));
            break;
    }
    compare_user(user);
    if (!targets.empty())
        compare_target(one_of(targets));
}

void RandomRun::change_reverse() {
    const Name target = one_of(state_.targets);
    if (!state_.links.exists(target))
        return;
    const Names users = some_of(state_.users);
    const std::vector<Reference> given = references(users);
    switch (below(5)) {
        case 0:
        case 1:
            log("reverse add", target, users);
            compare(reverse(target).add(given), state_.links.reverse_add(target, users));
            break;
        case 2:
            log("reverse remove", target, users);
            compare(reverse(target).remove(given), state_.links.reverse_remove(target, users));
            break;
        case 3:
            log("reverse set", target, users);
            compare(reverse(target).set(given), state_.links.reverse_set(target, users));
            break;
        default:
            log("reverse toggle", target, users);
            compare(reverse(target).toggle(given), state_.links.reverse_toggle(target, users));
            break;
    }
    compare_target(target);
    if (!users.empty())
        compare_user(one_of(users));
}

void RandomRun::clear() {
    if (below(2) == 0) {
        const Name user = one_of(state_.users);
        log("clear", user);
        EXPECT_EQ(forward(user).clear(), state_.links.clear(user));
        compare_user(user);
    } else {
        const Name target = one_of(state_.targets);
        log("reverse clear", target);
        EXPECT_EQ(reverse(target).clear(), state_.links.reverse_clear(target));
        compare_target(target);
    }
}

void RandomRun::remove_object() {
    const Name name = one_of(below(3) == 0 ? state_.users : state_.targets);
    log("delete", name);
    const std::size_t rows = state_.links.exists(name) ? 1 : 0;
    const Deleted deleted = db_.remove(reference(name));
    EXPECT_EQ(deleted.rows, rows);
    EXPECT_EQ(deleted.links, state_.links.remove_object(name));
    std::erase(state_.users, name);
    std::erase(state_.targets, name);
}

/// 2.9: another program deletes a target, which asks for a connection that is not waited for.
void RandomRun::lose_row() {
    const Name target = one_of(state_.targets);
    if (depth_ > 0)
        return;
    log("delete behind the library's back", target);
    const Model& model = *reference(target).model;
    scratch_.sql("DELETE FROM " + model.table() + " WHERE " + model.primary_key().column() + " = " +
                 quoted(key_in(target)));
    state_.links.lose_row(target);
    compare_target(target);
}

/// 2.10: a bad object among good ones, and nothing happens, inside a transaction too.
void RandomRun::refuse() {
    const Name user = one_of(state_.users);
    std::vector<Reference> given = references(some_of(state_.targets));
    given.push_back({&cinema_.registry["cinema.Country"], Value(std::string(longest_key + 1, 'x'))});
    log("refuse", user);
    EXPECT_THROW(forward(user).add(given), KeyTooLong);
    EXPECT_THROW(forward(user).set(given), KeyTooLong);
    EXPECT_THROW(forward(user).toggle(given), KeyTooLong);
    compare_user(user);
}

void RandomRun::transaction() {
    if (depth_ >= 3)
        return;
    log("begin", "");
    const State before = state_;
    Transaction transaction(db_);
    ++depth_;
    for (unsigned i = 0; i < 1 + below(6); ++i)
        step();
    --depth_;
    if (below(2) == 0) {
        log("commit", "");
        transaction.commit();
        return;
    }
    log("rollback", "");
    transaction.rollback();
    state_ = before;
    compare_user(one_of(state_.users));
    compare_target(one_of(state_.targets));
}

void RandomRun::reopen() {
    if (depth_ == 0)
        db_ = Database::open(cinema_.registry, scratch_.url(), options_);
}

RandomRun::Names RandomRun::some_of(const Names& names) {
    Names present;
    std::ranges::copy_if(names, std::back_inserter(present), [&](const Name& n) { return state_.links.exists(n); });
    Names chosen;
    if (!present.empty())
        for (unsigned count = below(9); count > 0; --count)
            chosen.push_back(one_of(present));
    return chosen;
}

/// Whatever a quoting that was forgotten would trip over.
RandomRun::Name RandomRun::country_key() {
    static const Names parts{"it's", "\"q\"", "日本", " ", "é", "\\", ":", ",", "{",
                             "}",    "%",     "NULL", "[", "]", "🎬", "1", "a"};
    Name key;
    for (unsigned count = 1 + below(4); count > 0; --count)
        key += one_of(parts);
    return key;
}

Reference RandomRun::reference(const Name& name) const {
    const std::string model = model_in(name), key = key_in(name);
    return {&cinema_.registry[model], model == "cinema.Country" ? Value(key) : Value(std::stoll(key))};
}

std::vector<Reference> RandomRun::references(const Names& names) const {
    std::vector<Reference> all;
    for (const Name& name : names)
        all.push_back(reference(name));
    return all;
}

void RandomRun::log(const std::string& operation, const Name& subject, const Names& others) {
    std::string line = std::string(static_cast<std::size_t>(depth_) * 2, ' ') + operation + " " + subject;
    for (const Name& other : others)
        line += " | " + other;
    history_.push_back(std::move(line));
    if (history_.size() > 40)
        history_.pop_front();
}

std::string RandomRun::history() const {
    std::string all;
    for (const std::string& line : history_)
        all += line + "\n";
    return all;
}

void RandomRun::compare(const Changes& changes, const Difference& expected) {
    EXPECT_EQ(sorted(names_in_order(changes.added)), sorted(expected.added));
    EXPECT_EQ(sorted(names_in_order(changes.removed)), sorted(expected.removed));
}

void RandomRun::compare_everything() {
    for (const Name& user : state_.users)
        compare_user(user);
    for (const Name& target : state_.targets)
        compare_target(target);
    EXPECT_EQ(scratch_.sql("SELECT count(*) FROM cinema_user_preferred_videos").front(),
              std::to_string(state_.links.size()));
}

void RandomRun::compare_user(const Name& user) {
    const RelatedManager links = forward(user);
    const Names expected = state_.links.of_user(user);
    expect_order(links.all(), expected);

    const std::size_t count = state_.links.count(user);
    EXPECT_EQ(links.count(), count);
    EXPECT_EQ(links.exists(), count > 0);
    std::map<std::string, std::size_t> by_model;
    for (const ModelCount& each : links.count_by_model())
        by_model[each.label] = each.count;
    EXPECT_EQ(by_model, state_.links.count_by_model(user));
    const Name target = one_of(state_.targets);
    EXPECT_EQ(links.contains(reference(target)), state_.links.contains(user, target)) << user << " and " << target;

    const std::string one = target_models[below(4)], other = target_models[below(4)];
    Names narrowed;
    std::ranges::copy_if(expected, std::back_inserter(narrowed),
                         [&](const Name& name) { return model_in(name) == one || model_in(name) == other; });
    expect_order(links.of_type({one, other}).all(), narrowed);
    EXPECT_TRUE(links.of_type(std::initializer_list<std::string_view>{}).all().empty());
}

void RandomRun::compare_target(const Name& target) {
    const RelatedManager links = reverse(target);
    Names expected = state_.links.of_target(target);
    if (!configuration_.keeps_order_of_linking())
        std::ranges::sort(expected, {}, [](const Name& name) { return std::stoll(key_in(name)); });
    EXPECT_EQ(names_in_order(links.all()), expected) << target;
    EXPECT_EQ(links.count(), state_.links.reverse_count(target)) << target;
    EXPECT_EQ(links.exists(), !expected.empty()) << target;
    const Name user = one_of(state_.users);
    EXPECT_EQ(links.contains(reference(user)), state_.links.contains(user, target)) << user << " and " << target;
}

/// In the order of linking; in the compact layout by content type and key text, of which the database's collation
/// decides for other keys than numbers.
void RandomRun::expect_order(const std::vector<Object>& objects, const Names& in_order_of_linking) {
    const Names found = names_in_order(objects);
    if (configuration_.keeps_order_of_linking()) {
        EXPECT_EQ(found, in_order_of_linking);
        return;
    }
    EXPECT_EQ(sorted(found), sorted(in_order_of_linking));
    std::pair<int, std::string> last;
    for (const Object& object : objects) {
        const std::string key = object.key().to_string();
        const bool is_number = object.model().label() != "cinema.Country";
        std::pair place(db_.content_types().get_for_model(object.model()).id, is_number ? key : "");
        EXPECT_LE(last, place);
        last = std::move(place);
    }
}

}  // namespace gm2m::test
