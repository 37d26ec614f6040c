#include <gtest/gtest.h>

#include <gm2m/gm2m.hpp>

namespace gm2m::test {
namespace {

struct Base {
    std::int64_t id{};
};
struct Ticket : Base {
    enum class State { open, closed };
    enum class Priority : std::int16_t { low = 1, high = 2 };

    std::string title;
    std::optional<std::string> note;
    State state{};
    Priority priority{};
};

std::string message_of(const auto& work) {
    try {
        work();
    } catch (const Error& error) {
        return error.what();
    }
    return "";
}

// 1.2: a struct becomes a model without being changed: members are mapped from outside, inherited ones too
TEST(ModelTest, MapsAStructFromOutside) {
    Registry models;
    models.model<Ticket>("support.Ticket")
        .primary_key("id", &Ticket::id)
        .field("title", &Ticket::title, {.max_length = 20})
        .field("note", &Ticket::note)
        .field("state", &Ticket::state, enum_text<Ticket::State>({{Ticket::State::open, "open"},
                                                                  {Ticket::State::closed, "closed"}}))
        .field("priority", &Ticket::priority, {.column = "prio"});
    const Model& model = models.get<Ticket>();
    EXPECT_EQ(model.label(), "support.Ticket");
    EXPECT_EQ(model.app_label(), "support");
    EXPECT_EQ(model.model_name(), "ticket");
    EXPECT_EQ(model.table(), "support_ticket");
    EXPECT_EQ(model.fields().size(), 5U);
    EXPECT_EQ(&model.primary_key(), model.find_field("id"));
    EXPECT_EQ(model.field("title").options().max_length, 20U);
    EXPECT_FALSE(model.field("title").null());
    EXPECT_TRUE(model.field("note").null());
    EXPECT_EQ(model.field("state").kind(), Kind::text);
    EXPECT_EQ(model.field("priority").kind(), Kind::small_integer);
    EXPECT_EQ(model.field("priority").column(), "prio");
    EXPECT_FALSE(model.is_run_time());
}

// 1.2: a run-time model has the same metadata and behaves the same
TEST(ModelTest, DeclaresAModelAtRunTime) {
    Registry models;
    models.model("support.Ticket")
        .primary_key("id", Kind::big_integer)
        .field("title", Kind::text, {.max_length = 20})
        .field("stars", Kind::small_integer, {.default_value = 3});
    const Object ticket = models["support.Ticket"].make({{"title", "It rains in"}});
    EXPECT_EQ(ticket["title"], Value("It rains in"));
    EXPECT_EQ(ticket["stars"], Value(3));
    EXPECT_TRUE(ticket["id"].is_null());
    EXPECT_TRUE(models["support.Ticket"].is_run_time());
    EXPECT_THROW(ticket.set("title", std::string(21, 'x')), InvalidValue);
    EXPECT_THROW(ticket.set("titel", "x"), UnknownField);
    EXPECT_THROW(ticket.set("stars", "many"), InvalidValue);
    EXPECT_THROW(ticket.set("stars", 100'000), InvalidValue);
    EXPECT_THROW(ticket.set("title", nullptr), InvalidValue);
    EXPECT_THROW(models["support.Ticket"].make({{"colour", "red"}}), UnknownField);
}

// Values of a run-time model can come as text.
TEST(ModelTest, ReadsTextAsTheFieldsKind) {
    Registry models;
    models.model("x.Event")
        .primary_key("id", Kind::uuid)
        .field("day", Kind::date)
        .field("at", Kind::date_time, {.null = true})
        .field("price", Kind::decimal)
        .field("weight", Kind::real);
    const Object event = models["x.Event"].make({{"id", "01234567-89ab-cdef-0123-456789abcdef"},
                                                 {"day", "2026-11-20"},
                                                 {"price", "12.50"},
                                                 {"weight", 2}});
    EXPECT_EQ(event["day"].kind(), Kind::date);
    EXPECT_EQ(event.key().kind(), Kind::uuid);
    EXPECT_EQ(event["price"], Value(Decimal("12.5")));
    EXPECT_EQ(event["weight"], Value(2.0));
    EXPECT_THROW(event.set("day", "tomorrow"), InvalidValue);
}

// 1.3: an existing table becomes a model without being changed either
TEST(ModelTest, TakesTheNamesOfAnExistingTable) {
    Registry models;
    models.model<Ticket>("support.Ticket")
        .table("LEGACY Tickets")
        .managed(false)
        .primary_key("id", &Ticket::id, {.column = "TICKET_NO"});
    EXPECT_EQ(models.get<Ticket>().table(), "LEGACY Tickets");
    EXPECT_FALSE(models.get<Ticket>().is_managed());
}

// 1.1: exactly one primary key
TEST(ModelTest, HasExactlyOnePrimaryKey) {
    Registry models;
    models.model("x.None").field("name", Kind::text);
    EXPECT_THROW(models["x.None"].primary_key(), ConfigurationError);
    EXPECT_THROW(models["x.None"].make(), ConfigurationError);
    models.model("x.Two").primary_key("a", Kind::integer).primary_key("b", Kind::integer);  // tests/check
    EXPECT_EQ(models["x.Two"].primary_key().name(), "a");
}

// 1.2: what a key can be
TEST(ModelTest, AcceptsTheKindsOfKeys) {
    for (const Kind kind : {Kind::small_integer, Kind::integer, Kind::big_integer, Kind::text, Kind::uuid, Kind::date,
                            Kind::time, Kind::date_time}) {
        Registry models;
        EXPECT_NO_THROW(models.model("x.Y").primary_key("k", kind)) << name_of(kind);
    }
    for (const Kind kind : {Kind::boolean, Kind::real, Kind::decimal, Kind::bytes, Kind::json}) {
        Registry models;
        EXPECT_THROW(models.model("x.Y").primary_key("k", kind), ConfigurationError) << name_of(kind);
    }
}

// "a name with quotes or of 200 characters", "two models with one label"
TEST(ModelTest, RefusesImpossibleDeclarations) {
    Registry models;
    const std::string endless(200, 'x');
    for (const std::string& label : {std::string("Movie"), std::string("a.b.c"), std::string("cinema."),
                                     std::string(".X"), std::string("cinema.Mo\"vie"), std::string("cinema.Film noir"),
                                     std::string(), "cinema." + endless, endless + ".Movie", std::string("1a.X")})
        EXPECT_THROW((void)models.model(label), ConfigurationError) << label;
    models.model<Ticket>("support.Ticket").primary_key("id", &Ticket::id);
    EXPECT_THROW((void)models.model("support.Ticket"), ConfigurationError);
    EXPECT_THROW((void)models.model("support.ticket"), ConfigurationError);  // one content type
    EXPECT_THROW((void)models.model<Ticket>("support.Other"), ConfigurationError);

    auto other = models.model("x.Y").primary_key("id", Kind::integer);
    for (const std::string& name :
         {std::string("a__b"), std::string("a_"), std::string("a\"b"), std::string("a b"), std::string(), endless})
        EXPECT_THROW(other.field(name, Kind::text), ConfigurationError) << name;
    EXPECT_THROW(other.field("short", Kind::text, {.max_length = 0}), ConfigurationError);
    EXPECT_THROW(other.field("long", Kind::integer, {.max_length = 3}), ConfigurationError);
    EXPECT_THROW(other.field("price", Kind::decimal, {.max_digits = 2, .decimal_places = 3}), ConfigurationError);
    EXPECT_THROW(other.table(""), ConfigurationError);
    EXPECT_THROW(other.field("nul", Kind::text, {.column = std::string("a\0b", 3)}), ConfigurationError);
}

TEST(ModelTest, OffersTheNearestNames) {
    Registry models;
    models.model("cinema.Movie").primary_key("id", Kind::integer).field("title", Kind::text);
    EXPECT_EQ(message_of([&] { models.get("cinema.Moive"); }),
              "no model 'cinema.Moive' is registered; did you mean 'cinema.Movie'?");
    EXPECT_EQ(message_of([&] { models["cinema.Movie"].field("titel"); }),
              "cinema.Movie has no field 'titel'; did you mean 'title'?");
    EXPECT_NE(message_of([&] { models.get<Ticket>(); }).find("Ticket"), std::string::npos);
    EXPECT_THROW(models.get<Ticket>(), UnknownModel);
}

// A member that cannot hold NULL cannot be declared to.
TEST(ModelTest, NullNeedsAnOptionalMember) {
    Registry models;
    EXPECT_THROW(models.model<Ticket>("x.T").field("title", &Ticket::title, {.null = true}), ConfigurationError);
}

// 1.1: a reference to a model that is not there yet resolves when it is registered, and is a clear error if something
// needs it before
TEST(ModelTest, ResolvesReferencesToModelsThatComeLater) {
    Registry models;
    models.model("a.Child").primary_key("id", Kind::integer).foreign_key("parent", "a.Parent");
    const Field& parent = models["a.Child"].field("parent");
    EXPECT_EQ(parent.target(), nullptr);
    EXPECT_EQ(message_of([&] { models["a.Child"].make(); }),
              "a.Child.parent refers to 'a.Parent', which is not registered");
    models.model("a.Parent").primary_key("code", Kind::text, {.max_length = 7});
    EXPECT_EQ(parent.target(), &models["a.Parent"]);
    EXPECT_EQ(parent.kind(), Kind::text);
    EXPECT_EQ(parent.options().max_length, 7U);
    EXPECT_EQ(parent.column(), "parent_id");
    EXPECT_EQ(models["a.Child"].make({{"parent", "x"}})["parent"], Value("x"));
}

struct Leaf {
    std::int64_t id{};
    std::int64_t parent{};
};

TEST(ModelTest, AForeignKeyNamesItsTarget) {
    Registry models;
    EXPECT_EQ(message_of([&] { models.model("a.One").foreign_key("parent", ""); }),
              "'' is no model label: it is written \"app.Name\", of letters, digits and underscores");
    EXPECT_EQ(message_of([&] { models.model<Leaf>("a.Leaf").foreign_key("parent", &Leaf::parent, ""); }),
              "'' is no model label: it is written \"app.Name\", of letters, digits and underscores");
}

TEST(ModelTest, AForeignKeyHasItsTargetsKind) {
    Registry models;
    models.model("a.Parent").primary_key("code", Kind::text);
    models.model<Leaf>("a.Leaf").primary_key("id", &Leaf::id).foreign_key("parent", &Leaf::parent, "a.Parent");
    EXPECT_EQ(models.get<Leaf>().field("parent").target(), nullptr);
    EXPECT_EQ(message_of([&] { models.get<Leaf>().make(); }),
              "a.Leaf.parent refers to 'a.Parent', whose primary key is of another kind");
}

}  // namespace
}  // namespace gm2m::test
