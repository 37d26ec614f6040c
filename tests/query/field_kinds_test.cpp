#include <gtest/gtest.h>

#include "support/configuration.hpp"

namespace gm2m::test {
namespace {

using namespace std::chrono_literals;

/// A member of every kind.
struct Everything {
    enum class State { open, closed };
    enum class Size : std::int16_t { small = 1, large = 2 };

    std::int64_t id{};
    bool flag{};
    std::int16_t small{};
    std::int32_t medium{};
    std::int64_t big{};
    double real{};
    std::string text;
    std::string name;
    Decimal price;
    Bytes bytes;
    Uuid uuid;
    std::chrono::year_month_day date{2000y / 1 / 1};
    Time time;
    DateTime moment{};
    Json json;
    State state{};
    Size size = Size::small;
    std::optional<std::int32_t> maybe_number;
    std::optional<std::string> maybe_text;
    std::optional<DateTime> maybe_moment;
};

void declare_compiled(Registry& models) {
    models.model<Everything>("x.Everything")
        .primary_key("id", &Everything::id)
        .field("flag", &Everything::flag)
        .field("small", &Everything::small)
        .field("medium", &Everything::medium)
        .field("big", &Everything::big)
        .field("real", &Everything::real)
        .field("text", &Everything::text)
        .field("name", &Everything::name, {.max_length = 10})
        .field("price", &Everything::price, {.max_digits = 10, .decimal_places = 2})
        .field("bytes", &Everything::bytes)
        .field("uuid", &Everything::uuid)
        .field("date", &Everything::date)
        .field("time", &Everything::time)
        .field("moment", &Everything::moment)
        .field("json", &Everything::json)
        .field("state", &Everything::state, enum_text<Everything::State>({{Everything::State::open, "open"},
                                                                          {Everything::State::closed, "closed"}}))
        .field("size", &Everything::size)
        .field("maybe_number", &Everything::maybe_number)
        .field("maybe_text", &Everything::maybe_text)
        .field("maybe_moment", &Everything::maybe_moment);
}

void declare_run_time(Registry& models) {
    models.model("x.Everything")
        .primary_key("id", Kind::big_integer)
        .field("flag", Kind::boolean)
        .field("small", Kind::small_integer)
        .field("medium", Kind::integer)
        .field("big", Kind::big_integer)
        .field("real", Kind::real)
        .field("text", Kind::text)
        .field("name", Kind::text, {.max_length = 10})
        .field("price", Kind::decimal, {.max_digits = 10, .decimal_places = 2})
        .field("bytes", Kind::bytes)
        .field("uuid", Kind::uuid)
        .field("date", Kind::date)
        .field("time", Kind::time)
        .field("moment", Kind::date_time)
        .field("json", Kind::json)
        .field("state", Kind::text)
        .field("size", Kind::small_integer)
        .field("maybe_number", Kind::integer, {.null = true})
        .field("maybe_text", Kind::text, {.null = true})
        .field("maybe_moment", Kind::date_time, {.null = true});
}

class FieldKindsTest : public testing::TestWithParam<Configuration> {
protected:
    FieldKindsTest() {
        GetParam().models == Models::compiled ? declare_compiled(models) : declare_run_time(models);
        db.create_tables();
    }
    Object make() {
        return models["x.Everything"].make(
            {{"flag", true},
             {"small", -32'768},
             {"medium", 2'147'483'647},
             {"big", std::int64_t{-9'000'000'000'000'000'000}},
             {"real", 0.1},
             {"text", "Zürich 🎬 'quoted' \"twice\""},
             {"name", "žluťoučký "},
             {"price", "-12345678.90"},
             {"bytes", Bytes{std::byte{0}, std::byte{0xff}, std::byte{'\''}}},
             {"uuid", Uuid::random()},
             {"date", std::chrono::sys_days(1899y / 12 / 31)},
             {"time", Time(23h + 59min + 59s + 999'999us)},
             {"moment", DateTime(std::chrono::sys_days(1969y / 7 / 20)) + 20h + 17min + 1us},
             {"json", Json{R"({"a": [1, 2]})"}},
             {"state", "closed"},
             {"size", 2}});
    }
    void expect_round_trip(const Object& written) {
        const Object read = db.get("x.Everything", written.key());
        for (const auto& field : models["x.Everything"].fields())
            EXPECT_EQ(read[field->name()], written[field->name()]) << field->name();
    }

    ScratchDatabase scratch{GetParam().engine};
    Registry models;
    Database db = Database::open(models, scratch.url());
};

std::vector<Configuration> engines_and_models() {
    std::vector<Configuration> all;
    for (const Configuration& configuration : all_configurations())
        if (configuration.layout == Layout::standard)
            all.push_back(configuration);
    return all;
}
INSTANTIATE_TEST_SUITE_P(Db, FieldKindsTest, testing::ValuesIn(engines_and_models()),
                         [](const auto& instance) { return name_of(instance.param); });

// 1.2, and the field kinds of the documentation: what is written is read
TEST_P(FieldKindsTest, RoundTrip) {
    expect_round_trip(db.insert(make()));
}

TEST_P(FieldKindsTest, RoundTripWithNothingMissing) {
    const Object object = make();
    object.set("maybe_number", -5);
    object.set("maybe_text", "");
    object.set("maybe_moment", DateTime(std::chrono::sys_days(2026y / 11 / 20)) + 12h);
    object.set("text", "");
    object.set("bytes", Bytes{});
    object.set("price", "0.00");
    object.set("real", std::numeric_limits<double>::max());
    db.insert(object);
    expect_round_trip(object);
    EXPECT_EQ(db.get("x.Everything", object.key())["maybe_text"], Value(""));  // not NULL
}

TEST_P(FieldKindsTest, NullIsNull) {
    const Object object = db.insert(make());
    object.set("maybe_number", 7);
    db.update(object);
    object.set("maybe_number", nullptr);
    db.update(object);
    EXPECT_TRUE(db.get("x.Everything", object.key())["maybe_number"].is_null());
}

// "a text with a NUL byte", "invalid UTF-8": a typed error, with nothing written
TEST_P(FieldKindsTest, RefuseWhatDoesNotFit) {
    const Object object = make();
    EXPECT_THROW(object.set("text", std::string("a\0b", 3)), InvalidValue);
    EXPECT_THROW(object.set("text", "\xff\xfe"), InvalidValue);
    EXPECT_THROW(object.set("name", "more than ten"), InvalidValue);
    EXPECT_THROW(object.set("small", 40'000), InvalidValue);
    EXPECT_THROW(object.set("price", "1.234"), InvalidValue);
    EXPECT_THROW(object.set("price", "123456789.00"), InvalidValue);
    EXPECT_THROW(object.set("flag", nullptr), InvalidValue);
    EXPECT_THROW(object.set("time", Time(25h)), InvalidValue);
    EXPECT_NO_THROW(object.set("name", "ten — long"));  // characters are counted, not bytes
}

class CompiledKindsTest : public FieldKindsTest {};
INSTANTIATE_TEST_SUITE_P(Db, CompiledKindsTest, testing::ValuesIn(engine_configurations()),
                         [](const auto& instance) { return name_of(instance.param); });

TEST_P(CompiledKindsTest, AreChecksOfStructsToo) {
    Everything everything;
    everything.text = std::string("a\0b", 3);
    EXPECT_THROW(db.insert(everything), InvalidValue);
    everything.text = "\xff";
    EXPECT_THROW(db.insert(everything), InvalidValue);
    everything.text = "fine";
    everything.name = "more than ten";
    EXPECT_THROW(db.insert(everything), InvalidValue);
    everything.name = "";
    everything.state = static_cast<Everything::State>(17);
    EXPECT_THROW(db.insert(everything), InvalidValue);
    everything.state = Everything::State::closed;
    EXPECT_EQ(scratch.sql("SELECT count(*) FROM x_everything").front(), "0");
    db.insert(everything);
    EXPECT_EQ(scratch.sql("SELECT state FROM x_everything").front(), "closed");
    EXPECT_EQ(scratch.sql("SELECT size FROM x_everything").front(), "1");
}

// What somebody else has put into a column is an error that names it, not a crash.
TEST_P(CompiledKindsTest, MeetForeignValues) {
    const Instance<Everything> object = db.insert(Everything{});
    scratch.sql("UPDATE x_everything SET state = 'ajar'");
    try {
        db.get<Everything>(object.key());
        FAIL();
    } catch (const InvalidValue& error) {
        EXPECT_NE(std::string(error.what()).find("x.Everything.state"), std::string::npos) << error.what();
    }
    scratch.sql("UPDATE x_everything SET state = 'open'");
    if (GetParam().is_sqlite()) {
        for (const char* change : {"date = 'tomorrow'", "medium = 'many'", "uuid = 'x'", "big = 1.5"}) {
            scratch.sql(std::string("UPDATE x_everything SET ") + change);
            EXPECT_THROW(db.get<Everything>(object.key()), InvalidValue) << change;
            db.update(object);
        }
    }
    EXPECT_NO_THROW(db.get<Everything>(object.key()));
}

// 1.3: tables that others have made hold values in other forms too
TEST_P(CompiledKindsTest, ReadOtherFormsOfTheSameValue) {
    const Instance<Everything> object = db.insert(Everything{});
    if (GetParam().is_sqlite()) {
        scratch.sql("UPDATE x_everything SET uuid = '01234567-89ab-cdef-0123-456789abcdef', "
                    "moment = '2026-11-20T13:00:00.5+01:00', real = 5");
    } else {
        scratch.sql(
            "ALTER TABLE x_everything ALTER moment TYPE timestamp, ALTER real TYPE real, ALTER big TYPE integer, "
            "ALTER text TYPE char(9), ALTER json TYPE json");
        scratch.sql("UPDATE x_everything SET uuid = '01234567-89ab-cdef-0123-456789abcdef', "
                    "moment = '2026-11-20 12:00:00.5', real = 5, text = 'padded'");
    }
    const Instance<Everything> read = db.get<Everything>(object.key());
    EXPECT_EQ(read->uuid.to_string(), "01234567-89ab-cdef-0123-456789abcdef");
    EXPECT_EQ(read->moment, DateTime(std::chrono::sys_days(2026y / 11 / 20)) + 12h + 500ms);
    EXPECT_EQ(read->real, 5.0);
    if (!GetParam().is_sqlite()) {
        EXPECT_EQ(read->text, "padded");
    }
}

}  // namespace
}  // namespace gm2m::test
