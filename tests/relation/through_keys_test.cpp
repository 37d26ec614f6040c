#include "support/cinema.hpp"

namespace gm2m::test {
namespace {

using namespace std::chrono_literals;

const std::vector<Kind> kinds{Kind::small_integer, Kind::integer, Kind::big_integer, Kind::text,
                              Kind::uuid,          Kind::date,    Kind::time,        Kind::date_time};

Value key(Kind kind, int number) {
    const auto day = std::chrono::sys_days(2026y / 11 / 20);
    switch (kind) {
        case Kind::text: return Value("\"key\" " + std::to_string(number));
        case Kind::uuid: return Uuid::parse("0123456789abcdef0123456789ab" + std::to_string(1000 + number));
        case Kind::date: return day + std::chrono::days(number);
        case Kind::time: return Time(12h + std::chrono::minutes(number));
        case Kind::date_time: return DateTime(day) + std::chrono::microseconds(number);
        default: return Value(number);
    }
}

}  // namespace

/// Models with a key of each kind, each a source and a target, and each a through model's key too. (BEHAVIOUR 1.2, 4.2)
class ThroughKeysTest : public testing::TestWithParam<Configuration> {
protected:
    ThroughKeysTest() {
        for (const Kind kind : kinds) {
            const std::string name(name_of(kind));
            models.model("keys.M" + name).primary_key("key", kind, {.generated = false}).field("note", Kind::text);
            models.model("keys.T" + name)
                .primary_key("key", kind, {.generated = false})
                .foreign_key("source", "keys.M" + name)
                .foreign_key("target_type", "contenttypes.ContentType")
                .field("target_key", Kind::text, {.max_length = 40})
                .field("rank", Kind::integer, {.null = true})
                .generic_foreign_key("target", "target_type", "target_key");
            links.push_back(
                models.gm2m("keys.M" + name, "links", {.related_name = name + "s", .through = "keys.T" + name}));
        }
        db.create_tables();
        for (const GM2MField& field : links)
            for (const Kind kind : kinds)
                field.add_relation("keys.M" + std::string(name_of(kind)));
        for (const Kind kind : kinds)
            for (const int number : {1, 2})
                objects.push_back(db.insert(
                    models["keys.M" + std::string(name_of(kind))].make({{"key", key(kind, number)}, {"note", "x"}})));
    }
    /// All objects, with keys of that kind for the rows that link them, from `first` on.
    std::vector<WithValues> numbered(Kind kind, const std::vector<Object>& all, int first) {
        std::vector<WithValues> with;
        for (const Object& object : all)
            with.emplace_back(object, FieldValues{{"key", key(kind, first++)}, {"rank", 1}});
        return with;
    }

    ScratchDatabase scratch{GetParam().engine};
    Registry models;
    std::vector<GM2MField> links;
    Database db = Database::open(models, scratch.url());
    std::vector<Object> objects;
};
GM2M_INSTANTIATE(ThroughKeysTest, engine_configurations);

TEST_P(ThroughKeysTest, LinkEverythingToEverything) {
    for (std::size_t i = 0; i < kinds.size(); ++i) {
        const GM2MField& field = links[i];
        const Object &first = objects[2 * i], &second = objects[2 * i + 1];
        const std::string accessor = field.accessor_name();
        SCOPED_TRACE(field.label());
        const RelatedManager mine = db.related(first, field);
        EXPECT_EQ(mine.add(numbered(kinds[i], objects, 100)).added.size(), objects.size());
        EXPECT_TRUE(mine.add(numbered(kinds[i], objects, 200)).empty());
        EXPECT_EQ(mine.updating().add(numbered(kinds[i], objects, 200)).updated.size(), 0U);
        EXPECT_EQ(set_of_names(mine.all()), set_of_names(objects));
        EXPECT_EQ(mine.all_with_through().size(), objects.size());
        EXPECT_EQ(mine.count(), objects.size());
        int number = 300;
        for (const Object& target : objects) {
            const RelatedManager theirs = db.related(target, accessor);
            EXPECT_TRUE(mine.contains(target));
            EXPECT_EQ(set_of_names(theirs.all()), set_of_names({first})) << target.to_string();
            EXPECT_EQ(theirs.add(numbered(kinds[i], {first, second}, number)).added.size(), 1U);
            EXPECT_EQ(theirs.all_with_through().size(), 2U);
            EXPECT_EQ(set_of_names(theirs.where(first.model().label()).fetch()), set_of_names({first, second}));
            EXPECT_EQ(set_of_names(mine.where(target.model().label(), F("pk") == target.key()).fetch()),
                      set_of_names({target}));
            EXPECT_EQ(db.query(first.model().label()).filter(F("links") == target).count(), 2U);
            EXPECT_EQ(db.query(target.model().label()).filter(F(field.query_name()) == first).count(), 2U);
            number += 2;
        }
        EXPECT_EQ(mine.most_in_common(3).size(), 1U);
        EXPECT_EQ(mine.most_in_common(3).front().count, objects.size());
        const auto sources = db.query(first.model().label()).prefetch(Prefetch(field).with_through()).fetch();
        for (const Object& source : sources)
            EXPECT_EQ(db.related(source, field).all_with_through().size(), objects.size());
        for (const Kind kind : kinds) {
            const std::string label = "keys.M" + std::string(name_of(kind));
            for (const Object& target : db.query(label).prefetch(Prefetch(accessor).with_through()).fetch())
                EXPECT_EQ(db.related(target, accessor).all_with_through().size(), 2U);
            for (const Object& source :
                 db.query(first.model().label()).prefetch(Prefetch(field).with(db.query(label).limit(1))).fetch())
                EXPECT_EQ(db.related(source, field).of_type({label}).all().size(), 1U);
        }
        EXPECT_EQ(mine.set(numbered(kinds[i], {objects[0], objects[5]}, 400)).removed.size(), objects.size() - 2);
        EXPECT_EQ(mine.toggle(numbered(kinds[i], {objects[5], objects[6]}, 500)).added.size(), 1U);
        EXPECT_EQ(set_of_names(mine.all()), set_of_names({objects[0], objects[6]}));
        EXPECT_EQ(mine.clear(), 2U);
        EXPECT_TRUE(verify(db).empty());
    }
}

// Of more than 1,000 objects the links may be read alone; these have no number that tells their order.
TEST_P(ThroughKeysTest, ArePrefetchedInReverseOfMany) {
    std::vector<Object> many;
    for (int number = 1000; number < 2100; ++number)
        many.push_back(models["keys.Mbig_integer"].make({{"key", number}, {"note", "one of many"}}));
    db.insert_many(many);
    for (std::size_t i = 0; i < kinds.size(); ++i) {
        if (kinds[i] == Kind::time)
            continue;  // a day has not so many minutes
        SCOPED_TRACE(links[i].label());
        db.related(objects[2 * i + 1], links[i]).add(numbered(kinds[i], {many.begin(), many.end() - 1}, 1000));
        db.related(objects[2 * i], links[i]).add(numbered(kinds[i], {many.begin() + 100, many.end() - 1}, 3000));
        const std::string accessor = links[i].accessor_name();
        std::vector<std::vector<std::string>> expected;
        for (const Object& each : many)
            expected.push_back(names_in_order(db.related(each, accessor).all()));

        db.prefetch(many, accessor);
        StatementCounter counter(db);
        for (std::size_t n = 0; n < many.size(); ++n)
            EXPECT_EQ(names_in_order(db.related(many[n], accessor).all()), expected[n]) << n;
        EXPECT_EQ(db.related(many[99], accessor).all().size(), 1U);
        EXPECT_EQ(db.related(many[100], accessor).all().size(), 2U);
        EXPECT_TRUE(db.related(many[1099], accessor).all().empty());
        EXPECT_EQ(counter.statements(), 0U);
    }
}

// 6.1: the rows go with either end.
TEST_P(ThroughKeysTest, RowsGoWithTheirEnds) {
    for (std::size_t i = 0; i < kinds.size(); ++i)
        db.related(objects[2 * i], links[i]).add(numbered(kinds[i], objects, 100));
    for (const Object& object : objects) {
        db.remove(object);
        EXPECT_TRUE(verify(db).empty()) << object.to_string();
    }
    for (const GM2MField& field : links)
        EXPECT_EQ(db.query(field.join_model().label()).count(), 0U);
}

}  // namespace gm2m::test
