#include <gtest/gtest.h>

#include <sstream>
#include <thread>

#include <gm2m/gm2m.hpp>

namespace gm2m::test {
namespace {

struct Movie {
    std::int64_t id{};
    std::string title;
};
struct Opera {
    std::string code;
};
struct alignas(64) Aligned {
    std::int64_t id{};
    float numbers[16]{};
};
struct Counted {
    std::int64_t id{};
    static inline int alive = 0;
    Counted() { ++alive; }
    Counted(const Counted& other) : id(other.id) { ++alive; }
    Counted& operator=(const Counted&) = default;
    ~Counted() { --alive; }
};

class ObjectTest : public testing::Test {
protected:
    ObjectTest() {
        models.model<Movie>("cinema.Movie").primary_key("id", &Movie::id).field("title", &Movie::title);
        models.model<Opera>("cinema.Opera").primary_key("code", &Opera::code);
        models.model<Aligned>("x.Aligned").primary_key("id", &Aligned::id);
        models.model<Counted>("x.Counted").primary_key("id", &Counted::id);
    }
    Registry models;
};

TEST_F(ObjectTest, IsATypedHandle) {
    const Object movie = models.get<Movie>().make({{"id", 5}, {"title", "Alien"}});
    EXPECT_EQ(movie.get<Movie>().title, "Alien");
    EXPECT_EQ(movie.get_if<Opera>(), nullptr);
    EXPECT_THROW(movie.get<Opera>(), WrongModel);
    EXPECT_EQ(movie.key(), Value(5));
    EXPECT_EQ(movie.to_string(), "cinema.Movie:5");
    EXPECT_EQ(&movie.model(), &models["cinema.Movie"]);
    EXPECT_FALSE(movie.is_stored());
    const Instance<Movie> typed(movie);
    EXPECT_EQ(typed->title, "Alien");
    EXPECT_THROW(Instance<Opera>{movie}, WrongModel);
}

TEST_F(ObjectTest, IsNullable) {
    const Object nothing;
    EXPECT_FALSE(nothing);
    EXPECT_EQ(nothing.get_if<Movie>(), nullptr);
    EXPECT_THROW(nothing.model(), ObjectError);
    EXPECT_THROW(nothing.get<Movie>(), ObjectError);
    EXPECT_THROW(nothing["title"], ObjectError);
    EXPECT_THROW(nothing.visit([](const Object&) {}), ObjectError);
    EXPECT_FALSE(Instance<Movie>{});
}

TEST_F(ObjectTest, SharesItsObject) {
    const Object movie = models.get<Movie>().make();
    const Object same = movie;
    same.get<Movie>().title = "Brazil";
    EXPECT_EQ(movie["title"], Value("Brazil"));
    EXPECT_TRUE(movie.is(same));
    {
        std::vector<Object> handles(3, models.get<Counted>().make());
        EXPECT_EQ(Counted::alive, 1);
    }
    EXPECT_EQ(Counted::alive, 0);
}

TEST_F(ObjectTest, EqualsTheSameRowAndIsPrinted) {
    const Object five = models.get<Movie>().make({{"id", 5}, {"title", "Alien"}}),
                 again = models.get<Movie>().make({{"id", 5}, {"title", "?"}}),
                 six = models.get<Movie>().make({{"id", 6}}),
                 counted = models.get<Counted>().make({{"id", 5}}),
                 fresh = models.get<Movie>().make(), other = models.get<Movie>().make();
    EXPECT_EQ(five, again);
    EXPECT_NE(five, six);
    EXPECT_NE(five, counted);
    EXPECT_NE(five, Object());
    EXPECT_EQ(Object(), Object());
    EXPECT_EQ(fresh, Object(fresh));
    EXPECT_NE(fresh, other);  // neither is a row yet
    models.model("cinema.Feature").proxy("cinema.Movie");  // the same table
    EXPECT_EQ(five, models["cinema.Feature"].make({{"id", 5}}));
    std::ostringstream out;
    out << five << ", " << five.reference() << ", " << Object();
    EXPECT_EQ(out.str(), "cinema.Movie:5, cinema.Movie:5, none");
}

TEST_F(ObjectTest, CountsItsHandlesAcrossThreads) {
    const Object movie = models.get<Counted>().make();
    std::vector<std::jthread> threads;
    for (int t = 0; t < 4; ++t)
        threads.emplace_back([movie] {
            for (int i = 0; i < 10'000; ++i)
                Object(movie).is(movie);
        });
    threads.clear();
    EXPECT_EQ(Counted::alive, 1);
}

TEST_F(ObjectTest, KeepsAlignment) {
    const Object object = models.get<Aligned>().make();
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(&object.get<Aligned>()) % 64, 0U);
}

TEST_F(ObjectTest, VisitsTheFirstThatFits) {
    const Object movie = models.get<Movie>().make({{"title", "Alien"}});
    const auto name = [](const Object& object) {
        return object.visit([](const Opera& opera) { return "opera " + opera.code; },
                            [](const Movie& found) { return "movie " + found.title; },
                            [](const Object& any) { return any.to_string(); });
    };
    EXPECT_EQ(name(movie), "movie Alien");
    EXPECT_EQ(name(models.get<Counted>().make({{"id", 3}})), "x.Counted:3");
    EXPECT_THROW(movie.visit([](const Opera&) {}), WrongModel);
    movie.visit([](Movie& found) { found.title = "Aliens"; });
    EXPECT_EQ(movie["title"], Value("Aliens"));
}

}  // namespace
}  // namespace gm2m::test
