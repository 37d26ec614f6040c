// The README's program, as far as the library goes today: what it costs to compile is measured.
#include <gm2m/gm2m.hpp>

#include <iostream>

struct Video {
    std::int64_t id{};
    std::string title;
};
struct Movie : Video {};
struct Documentary : Video {};
struct User {
    std::int64_t id{};
    std::string name;
};

int main() {
    gm2m::Registry models;
    models.model<Movie>("cinema.Movie")
        .primary_key("id", &Movie::id)
        .field("title", &Movie::title, {.max_length = 255});
    models.model<Documentary>("cinema.Documentary")
        .primary_key("id", &Documentary::id)
        .field("title", &Documentary::title);
    models.model<User>("cinema.User").primary_key("id", &User::id).field("name", &User::name);
    models.model("cinema.Opera").primary_key("id", gm2m::Kind::integer).field("title", gm2m::Kind::text);

    auto preferred_videos = models.gm2m("cinema.User", "preferred_videos", {.related = {"cinema.Movie"}});

    auto db = gm2m::Database::open(models, "sqlite3://cinema.db");
    db.create_tables();

    auto me = db.insert(User{.name = "Me"});
    auto v = db.insert(Movie{{.title = "V for Vendetta"}});
    auto c = db.insert(Documentary{{.title = "Citizenfour"}});

    auto mine = db.related(me, preferred_videos);
    mine.set({v, c});
    for (const gm2m::Object& video : mine.all())
        video.visit([](const Movie& m) { std::cout << "Movie " << m.title << '\n'; },
                    [](const Documentary& d) { std::cout << "Documentary " << d.title << '\n'; },
                    [](const gm2m::Object& any) { std::cout << any["title"] << '\n'; });

    for (auto& user : db.related(v, "user_set").all<User>())
        std::cout << user->name << '\n';
    db.remove(me);
}
