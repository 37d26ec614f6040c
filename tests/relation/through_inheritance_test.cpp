#include <algorithm>

#include "relation/spoken.hpp"

namespace gm2m::test {
namespace {

struct Member {
    std::int64_t id{};
    std::string name;
};
struct Book {
    std::int64_t id{};
    std::string name;
};
/// Its rows are there without links too.
struct Event {
    std::int64_t id{};
    std::string day;
    std::optional<std::string> note;
};
/// A child of it, whose own table makes the links.
struct Reading : Event {
    std::int64_t member{};
    int thing_type{};
    std::string thing_key;
    int grade{};
};
/// Abstract: it hands down what makes the links.
struct Occasion {
    std::string day;
    std::optional<std::string> note;
    std::int64_t member{};
    int thing_type{};
    std::string thing_key;
};
struct Lecture : Occasion {
    std::int64_t id{};
    int grade{};
};
/// What a proxy stands for.
struct Meeting {
    std::int64_t id{};
    std::string day;
    std::optional<std::string> note;
    std::int64_t member{};
    int thing_type{};
    std::string thing_key;
    int grade{};
};
struct BookClub : Meeting {};

enum class Heritage { child, heir_of_abstract, proxy };

struct Case {
    Configuration configuration;
    Heritage heritage;

    friend std::ostream& operator<<(std::ostream& out, const Case& each) {
        constexpr const char* names[] = {"Child", "HeirOfAbstract", "Proxy"};
        return out << name_of(each.configuration) << names[static_cast<int>(each.heritage)];
    }
};

std::vector<Case> cases() {
    std::vector<Case> all;
    for (const Configuration& configuration : through_configurations())
        for (const Heritage heritage : {Heritage::child, Heritage::heir_of_abstract, Heritage::proxy})
            all.push_back({configuration, heritage});
    return all;
}

template <class T>
void declare_links(ModelBuilder<T>& model) {
    model.foreign_key("member", &T::member, "club.Member")
        .foreign_key("thing_type", &T::thing_type, "contenttypes.ContentType")
        .field("thing_key", &T::thing_key, {.max_length = 16})
        .generic_foreign_key("thing", "thing_type", "thing_key");
}

void declare_links(RunTimeModelBuilder& model) {
    model.foreign_key("member", "club.Member")
        .foreign_key("thing_type", "contenttypes.ContentType")
        .field("thing_key", Kind::text, {.max_length = 16})
        .generic_foreign_key("thing", "thing_type", "thing_key");
}

void declare_compiled(Registry& models, Heritage heritage) {
    models.model<Member>("club.Member").primary_key("id", &Member::id).field("name", &Member::name);
    models.model<Book>("club.Book").primary_key("id", &Book::id).field("name", &Book::name);
    if (heritage == Heritage::child) {
        models.model<Event>("club.Base")
            .primary_key("id", &Event::id)
            .field("day", &Event::day)
            .field("note", &Event::note);
        auto reading = models.model<Reading>("club.Visit");
        declare_links(reading.inherits<Event>());
        reading.field("grade", &Reading::grade).ordering({"-grade"});
    } else if (heritage == Heritage::heir_of_abstract) {
        auto occasion = models.model<Occasion>("club.Base");
        declare_links(occasion.abstract());
        occasion.field("day", &Occasion::day).field("note", &Occasion::note).ordering({"-grade"});
        auto lecture = models.model<Lecture>("club.Visit");
        lecture.primary_key("id", &Lecture::id).inherits<Occasion>().field("grade", &Lecture::grade);
    } else {
        auto meeting = models.model<Meeting>("club.Base");
        declare_links(meeting.primary_key("id", &Meeting::id));
        meeting.field("day", &Meeting::day).field("note", &Meeting::note).field("grade", &Meeting::grade);
        meeting.ordering({"-grade"});
        models.model<BookClub>("club.Visit").proxy<Meeting>();
    }
}

void declare_run_time(Registry& models, Heritage heritage) {
    models.model("club.Member").primary_key("id", Kind::big_integer).field("name", Kind::text);
    models.model("club.Book").primary_key("id", Kind::big_integer).field("name", Kind::text);
    auto base = models.model("club.Base");
    if (heritage == Heritage::heir_of_abstract)
        base.abstract();
    else
        base.primary_key("id", Kind::big_integer);
    base.field("day", Kind::text).field("note", Kind::text, {.null = true});
    if (heritage != Heritage::child)
        declare_links(base);
    if (heritage == Heritage::proxy) {
        base.field("grade", Kind::integer).ordering({"-grade"});
        models.model("club.Visit").proxy("club.Base");
        return;
    }
    auto visit = models.model("club.Visit");
    if (heritage == Heritage::heir_of_abstract)
        visit.primary_key("id", Kind::big_integer);
    visit.inherits("club.Base").field("grade", Kind::integer).ordering({"-grade"});
    if (heritage == Heritage::child)
        declare_links(visit);
}

/// 4.2, 8.1: through models that inherit.
class ThroughInheritanceTest : public testing::TestWithParam<Case> {
protected:
    bool is_compiled() const { return GetParam().configuration.models == Models::compiled; }
    bool is_child() const { return GetParam().heritage == Heritage::child; }
    GM2MField declare() {
        const auto field = models.gm2m("club.Member", "visits",
                                       {.related = {"club.Book"}, .related_name = "visitors", .through = "club.Visit"});
        is_compiled() ? declare_compiled(models, GetParam().heritage) : declare_run_time(models, GetParam().heritage);
        return field;
    }
    Object member(const char* name) { return db.insert(models["club.Member"].make({{"name", name}})); }
    Object book(const char* name) { return db.insert(models["club.Book"].make({{"name", name}})); }
    RelatedManager visits_of(const Object& object) { return db.related(object, visits); }
    static FieldValues values(const char* day, int grade) { return {{"day", day}, {"grade", grade}}; }
    /// Three of Ann's and one of Bob's.
    void link() {
        visits_of(ann).add(WithValues(emma, values("may", 1)), WithValues(ulysses, values("june", 3)),
                           WithValues(bob, values("april", 2)));
        visits_of(bob).add(WithValues(emma, values("july", 5)));
    }
    static std::string names(const std::vector<Object>& objects) {
        std::string all;
        for (const Object& object : objects)
            all += (all.empty() ? "" : " ") + object["name"].to_string();
        return all;
    }
    static std::string names(const RelatedSet& related) { return names(related.all()); }
    /// "June:Ulysses": days and names.
    static std::string linked(const RelatedSet& related) {
        std::string all;
        for (const auto& [visit, object] : related.all_with_through())
            all += (all.empty() ? "" : " ") + visit["day"].to_string() + ":" + object["name"].to_string();
        return all;
    }
    std::string table() const { return models["club.Visit"].concrete_model().table(); }
    /// How many rows make links, and, of a child, how many its parent has.
    std::string rows() {
        const std::string own = scratch.sql("SELECT count(*) FROM " + table()).front();
        return is_child() ? own + "/" + scratch.sql("SELECT count(*) FROM club_base").front() : own + "/" + own;
    }
    /// "3/3", for any heritage.
    static std::string both(int count) { return std::to_string(count) + "/" + std::to_string(count); }

    ScratchDatabase scratch{GetParam().configuration.engine};
    Registry models;
    GM2MField visits = declare();
    Database db = [this] {
        Database opened = Database::open(models, scratch.url());
        opened.create_tables();
        return opened;
    }();
    Object ann = member("Ann"), bob = member("Bob"), emma = book("Emma"), ulysses = book("Ulysses");
};
INSTANTIATE_TEST_SUITE_P(Db, ThroughInheritanceTest, testing::ValuesIn(cases()),
                         [](const auto& instance) { return testing::PrintToString(instance.param); });

TEST_P(ThroughInheritanceTest, Writes) {
    EXPECT_THROW(visits_of(ann).with_values({{"grade", 1}}).add(emma), InvalidValue);
    EXPECT_THROW(visits_of(ann).with_values({{"day", "may"}}).set(emma), InvalidValue);
    EXPECT_EQ(rows(), both(0));
    EXPECT_EQ(visits_of(ann).with_values(values("may", 1)).add(emma, ulysses, emma).added.size(), 2U);
    EXPECT_EQ(rows(), both(2));
    EXPECT_TRUE(visits_of(ann).add(emma).empty());
    const Changes set = visits_of(ann).with_values(values("june", 2)).set(emma, bob);
    EXPECT_EQ(set.added.size(), 1U);
    EXPECT_EQ(set.removed.size(), 1U);
    EXPECT_EQ(rows(), both(2));
    EXPECT_EQ(linked(visits_of(ann)), "june:Bob may:Emma");
    const Changes toggled = visits_of(ann).with_values(values("july", 3)).toggle(ulysses, bob);
    EXPECT_EQ(toggled.added.size() + toggled.removed.size(), 2U);
    EXPECT_EQ(linked(visits_of(ann)), "july:Ulysses may:Emma");
    EXPECT_EQ(db.related(emma, "visitors").with_values(values("may", 5)).set(bob).added.size(), 1U);
    EXPECT_EQ(linked(db.related(emma, "visitors")), "may:Bob");
    EXPECT_EQ(visits_of(ann).remove(ulysses, bob).removed.size(), 1U);
    EXPECT_EQ(rows(), both(1));
    EXPECT_EQ(visits_of(bob).clear(), 1U);
    EXPECT_EQ(rows(), both(0));
}

// 4.3: the fields may be in two tables.
TEST_P(ThroughInheritanceTest, UpdatesOnRequest) {
    link();
    const auto kept = scratch.sql("SELECT thing_key FROM " + table() + " ORDER BY thing_key");
    Changes changes = visits_of(ann).with_values({{"note", "again"}, {"grade", 9}}).updating().add(emma);
    EXPECT_EQ(changes.updated.size(), 1U);
    changes = visits_of(ann).with_values({{"day", "may"}}).updating().add(emma, ulysses);
    ASSERT_EQ(changes.updated.size(), 1U);
    EXPECT_EQ(changes.updated.front(), ulysses.reference());
    const Object visit = visits_of(ann).all_with_through().front().through;
    EXPECT_EQ(visit["note"], Value("again"));
    EXPECT_EQ(linked(visits_of(ann)), "may:Emma may:Ulysses april:Bob");
    EXPECT_EQ(scratch.sql("SELECT thing_key FROM " + table() + " ORDER BY thing_key"), kept);
    EXPECT_THROW(visits_of(ann).with_values({{"pk", 4711}}).updating().add(emma), Error);
}

TEST_P(ThroughInheritanceTest, ReadsInOrder) {
    link();
    EXPECT_EQ(names(visits_of(ann)), "Ulysses Bob Emma");  // by -grade
    EXPECT_EQ(names(visits_of(ann).where("club.Book").fetch()), "Ulysses Emma");
    EXPECT_EQ(names(visits_of(ann).with(db.query("club.Book").filter(F("name") != "x"))), "Ulysses Bob Emma");
    const RelatedSet by_day = visits_of(ann).order_by_through({"day"});
    EXPECT_EQ(linked(by_day), "april:Bob june:Ulysses may:Emma");
    EXPECT_EQ(names(by_day), "Bob Ulysses Emma");
    EXPECT_EQ(names(by_day.where("club.Book").fetch()), "Ulysses Emma");
    EXPECT_EQ(names(by_day.where("club.Book").reverse().fetch()), "Emma Ulysses");
    EXPECT_EQ(names(by_day.with(db.query("club.Book").limit(1))), "Bob Ulysses");
    const RelatedManager visitors = db.related(emma, "visitors");
    EXPECT_EQ(names(visitors), "Ann Bob");
    EXPECT_EQ(linked(visitors.order_by_through({"day"})), "july:Bob may:Ann");
    EXPECT_EQ(names(visitors.order_by_through({"day"}).where("club.Member").fetch()), "Bob Ann");
    EXPECT_EQ(visits_of(ann).count(), 3U);
    EXPECT_EQ(visits_of(ann).count_by_model().size(), 2U);
    EXPECT_TRUE(visits_of(ann).contains(emma));
    EXPECT_FALSE(visits_of(bob).contains(ulysses));
    EXPECT_EQ(visits_of(ann).most_in_common(5).size(), 1U);
}

template <class Through>
int grades(const RelatedSet& related) {
    int sum = 0;
    for (const auto& [visit, read] : related.all_with_through<Through, Book>())
        sum += visit->grade + static_cast<int>(visit->day.size());
    return sum;
}

TEST_P(ThroughInheritanceTest, RowsAreTyped) {
    link();
    for (const auto& [visit, object] : visits_of(ann).all_with_through())
        EXPECT_EQ(visit.model().label(), "club.Visit");
    if (!is_compiled())
        return;
    switch (GetParam().heritage) {
        case Heritage::child:
            EXPECT_EQ(grades<Reading>(visits_of(ann)), 11);
            EXPECT_THROW((visits_of(ann).all_with_through<Event, Book>()), WrongModel);
            break;
        case Heritage::heir_of_abstract: EXPECT_EQ(grades<Lecture>(visits_of(ann)), 11); break;
        case Heritage::proxy:
            EXPECT_EQ(grades<BookClub>(visits_of(ann)), 11);
            EXPECT_EQ(grades<Meeting>(visits_of(ann)), 11);  // the model that the proxy stands for
            break;
    }
}

TEST_P(ThroughInheritanceTest, Prefetches) {
    link();
    const auto members = db.query("club.Member").order_by("name").prefetch(Prefetch(visits).with_through()).fetch();
    const auto books = db.query("club.Book").order_by("name").prefetch(Prefetch("visitors").with_through()).fetch();
    StatementCounter counter(db);
    EXPECT_EQ(linked(visits_of(members[0])), "june:Ulysses april:Bob may:Emma");
    EXPECT_EQ(linked(visits_of(members[1])), "july:Emma");
    EXPECT_EQ(linked(db.related(books[0], "visitors")), "may:Ann july:Bob");
    EXPECT_EQ(names(visits_of(members[0])), "Ulysses Bob Emma");
    EXPECT_EQ(counter.statements(), 0U);

    // Rows that are written as objects, of either model, outdate it.
    const Object fresh = models["club.Visit"].make({{"day", "may"}, {"grade", 7}, {"member", bob.key()}});
    db.assign(fresh, "thing", ulysses);
    db.insert(fresh);
    EXPECT_EQ(linked(visits_of(members[1])), "may:Ulysses july:Emma");
    EXPECT_EQ(names(db.related(books[1], "visitors")), "Ann Bob");
    if (GetParam().heritage == Heritage::heir_of_abstract)
        return;
    const auto rows = db.query("club.Member").order_by("name").prefetch(Prefetch(visits).with_through()).fetch();
    db.query("club.Base").filter(F("day") == "june").update({{"day", "july"}});
    EXPECT_EQ(linked(visits_of(rows[0])), "july:Ulysses april:Bob may:Emma");
    if (GetParam().heritage == Heritage::child)
        return;
    const auto again = db.query("club.Member").order_by("name").prefetch(visits).fetch();
    const Object plain = models["club.Base"].make({{"day", "may"}, {"grade", 9}, {"member", bob.key()}});
    db.assign(plain, "thing", ann);
    db.insert(plain);
    EXPECT_EQ(names(visits_of(again[1])), "Ann Ulysses Emma");
}

TEST_P(ThroughInheritanceTest, Lookups) {
    link();
    const auto found = [&](const Condition& condition) {
        return names(db.query("club.Member").filter(condition).order_by("name").fetch());
    };
    EXPECT_EQ(found(F("visits__book__name") == "Emma"), "Ann Bob");
    EXPECT_EQ(found(F("visits") == ulysses), "Ann");
    const std::string rows = GetParam().heritage == Heritage::proxy ? "base" : "visit";
    EXPECT_EQ(found(F(rows + "__day") == "july"), "Bob");
    EXPECT_EQ(found(F(rows + "__grade") == 3 && F(rows + "__thing") == ulysses), "Ann");
    EXPECT_EQ(names(db.query("club.Book").filter(F("visitors__name") == "Bob").fetch()), "Emma");
    EXPECT_EQ(db.query("club.Visit").filter(F("thing") == emma, F("day") == "may").count(), 1U);
    const auto rows_of_emma =
        db.query("club.Visit").filter(F("thing") == emma).prefetch("thing").prefetch("member").fetch();
    EXPECT_EQ(names(db.follow(rows_of_emma, "member")), "Bob Ann");
}

TEST_P(ThroughInheritanceTest, Deletion) {
    link();
    std::size_t told = 0;
    models["club.Visit"].signals().deleted.connect(
        [&](const ObjectsDeleted& deleted) { told += deleted.objects.size(); });
    EXPECT_EQ(db.explain_remove(emma).would.rows, is_child() ? 5U : 3U);
    EXPECT_EQ(db.remove(emma).rows, is_child() ? 5U : 3U);
    EXPECT_EQ(rows(), both(2));
    EXPECT_EQ(names(visits_of(ann)), "Ulysses Bob");
    EXPECT_EQ(db.remove(bob).rows, is_child() ? 3U : 2U);  // a target too
    EXPECT_EQ(names(visits_of(ann)), "Ulysses");
    EXPECT_EQ(told, 3U);
    // As a row of what it inherits.
    const Object visit = db.query("club.Visit").get();
    if (GetParam().heritage != Heritage::heir_of_abstract)
        db.remove(Reference{&models["club.Base"], visit.key()});
    else
        db.remove(db.query("club.Visit"));
    EXPECT_EQ(names(visits_of(ann)), "");
    EXPECT_EQ(rows(), both(0));
    EXPECT_EQ(told, 4U);
    visits_of(ann).with_values(values("may", 1)).add(ulysses);
    EXPECT_EQ(db.remove(ann).rows, is_child() ? 3U : 2U);
    EXPECT_EQ(rows(), both(0));
}

TEST_P(ThroughInheritanceTest, WhatIsNoLinkStays) {
    if (!is_child())
        return;
    link();
    const Object event = db.insert(models["club.Base"].make({{"day", "may"}}));
    visits_of(ann).clear();
    visits_of(bob).clear();
    EXPECT_EQ(rows(), "0/1");
    EXPECT_EQ(db.get("club.Base", event.key())["day"], Value("may"));
}

TEST_P(ThroughInheritanceTest, VerifyFindsAndRepairs) {
    link();
    EXPECT_TRUE(verify(db).empty());
    scratch.sql("DELETE FROM club_book WHERE name = 'Emma'");
    const auto found = verify(db);
    ASSERT_EQ(found.size(), 1U);
    EXPECT_EQ(found.front().count, 2U);
    EXPECT_EQ(names(visits_of(ann)), "Ulysses Bob");
    verify(db, {.repair = true});
    EXPECT_TRUE(verify(db).empty());
    EXPECT_EQ(rows(), both(2));
    EXPECT_TRUE(db.check().empty());
}

TEST_P(ThroughInheritanceTest, IsFoundAgain) {
    link();
    Registry others;
    others.gm2m("club.Member", "visits", {.related_name = "visitors", .through = "club.Visit"});
    is_compiled() ? declare_compiled(others, GetParam().heritage) : declare_run_time(others, GetParam().heritage);
    Database later = Database::open(others, scratch.url());
    later.discover();
    EXPECT_EQ(names(later.related(later.get("club.Book", emma.key()), "visitors")), "Ann Bob");
}

// DESIGN 5: the indexes by which links are found are on the table that makes them.
TEST_P(ThroughInheritanceTest, HasTheIndexesOfLinks) {
    EXPECT_EQ(scratch.index_columns(table()).count("member_id thing_type_id thing_key"), 1U);
    EXPECT_EQ(scratch.index_columns(table()).count("thing_type_id thing_key member_id"), 1U);
}

}  // namespace
}  // namespace gm2m::test
