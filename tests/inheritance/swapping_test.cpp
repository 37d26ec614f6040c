#include "support/cinema.hpp"

namespace gm2m::test {
namespace {

std::string message_of(const std::function<void()>& work) {
    try {
        work();
    } catch (const SwappedModel& error) {
        return error.what();
    }
    return "";
}

void declare_user(Registry& models) {
    models.model("auth.User")
        .primary_key("id", Kind::big_integer)
        .field("name", Kind::text)
        .swappable("AUTH_USER_MODEL");
}
void declare_member(Registry& models) {
    models.model("accounts.Member").primary_key("email", Kind::text, {.max_length = 40}).field("name", Kind::text);
}
void declare_post(Registry& models) {
    const std::string user = models.swappable_label("AUTH_USER_MODEL", "auth.User");
    models.model("blog.Post").primary_key("id", Kind::big_integer).foreign_key("author", user, {.null = true});
    models.gm2m("blog.Post", "likes", {.related = {user}, .pk_maxlength = 40});
}

// 8.2: a swappable model can be replaced by another through a setting.
class SwappingTest : public testing::TestWithParam<Configuration> {
protected:
    ScratchDatabase scratch{GetParam().engine};
    Registry models;
};
GM2M_INSTANTIATE(SwappingTest, engine_configurations);

TEST_P(SwappingTest, WithoutASettingTheModelIsAsAnyOther) {
    declare_post(models);
    declare_user(models);
    EXPECT_EQ(models["auth.User"].swappable(), "AUTH_USER_MODEL");
    EXPECT_FALSE(models["auth.User"].is_swapped_out());
    EXPECT_EQ(models.swappable_label("AUTH_USER_MODEL"), "auth.User");
    Database db = Database::open(models, scratch.url());
    db.create_tables();
    const Object ann = db.insert(models["auth.User"].make({{"name", "Ann"}}));
    const Object post = db.insert(models["blog.Post"].make({{"author", ann.key()}}));
    db.related(post, "likes").add(ann);
    EXPECT_EQ(db.query("blog.Post").filter(F("author__name") == "Ann").count(), 1U);
}

TEST_P(SwappingTest, TheReplacementTakesItsPlaceWhicheverIsDeclaredFirst) {
    models.swap("AUTH_USER_MODEL", "accounts.Member");
    declare_post(models);
    declare_user(models);
    declare_member(models);
    EXPECT_TRUE(models["auth.User"].is_swapped_out());
    EXPECT_EQ(models["auth.User"].swapped_by(), "accounts.Member");
    EXPECT_FALSE(models["accounts.Member"].is_swapped_out());
    models.gm2m("auth.User", "favourites");
    for (const Model* model : models.models())
        EXPECT_NE(model->label(), "auth.User");
    EXPECT_EQ(models.gm2m_fields().size(), 1U);

    Database db = Database::open(models, scratch.url());
    db.create_tables();
    EXPECT_THROW(scratch.sql("SELECT 1 FROM auth_user"), std::runtime_error);
    EXPECT_THROW(scratch.sql("SELECT 1 FROM auth_user_favourites"), std::runtime_error);
    const Object ann = db.insert(models["accounts.Member"].make({{"email", "ann@x"}, {"name", "Ann"}}));
    const Object post = db.insert(models["blog.Post"].make({{"author", ann.key()}}));
    db.related(post, "likes").add(ann);
    EXPECT_EQ(db.query("blog.Post").filter(F("author__name") == "Ann").count(), 1U);
    EXPECT_EQ(db.related(ann, "post_set").count(), 1U);

    const std::string message = message_of([&] { (void)models["auth.User"].make(); });
    for (const char* part : {"auth.User has been swapped out", "accounts.Member", "AUTH_USER_MODEL"})
        EXPECT_NE(message.find(part), std::string::npos) << message;
    EXPECT_NE(message_of([&] { db.query("auth.User").fetch(); }), "");
    EXPECT_NE(message_of([&] { db.get("auth.User", 1); }), "");
    EXPECT_NE(message_of([&] { db.related(post, "likes").add(Reference{&models["auth.User"], Value(1)}); }), "");
    EXPECT_NE(message_of([&] { db.content_types().get_for_model("auth.User"); }), "");
}

// A proxy goes with the model that it stands for.
TEST_P(SwappingTest, SwapsTheProxiesToo) {
    declare_user(models);
    models.model("auth.Staff").proxy("auth.User");
    declare_member(models);
    EXPECT_FALSE(models["auth.Staff"].is_swapped_out());
    models.swap("AUTH_USER_MODEL", "accounts.Member");
    EXPECT_TRUE(models["auth.Staff"].is_swapped_out());
    EXPECT_EQ(models["auth.Staff"].swappable(), "AUTH_USER_MODEL");
    EXPECT_EQ(models["auth.Staff"].swapped_by(), "accounts.Member");
    EXPECT_EQ(models.models().size(), 1U);
    Database db = Database::open(models, scratch.url());
    db.create_tables();
    EXPECT_THROW(scratch.sql("SELECT 1 FROM auth_user"), std::runtime_error);
    EXPECT_THROW(scratch.sql("SELECT 1 FROM auth_staff"), std::runtime_error);
    EXPECT_EQ(
        message_of([&] { db.query("auth.Staff").fetch(); }),
        "auth.Staff is a proxy of auth.User, which has been swapped out: 'AUTH_USER_MODEL' names accounts.Member in "
        "its place, which is to be used; a reference to whichever it is takes "
        "Registry::swappable_label(\"AUTH_USER_MODEL\")");
    EXPECT_NE(message_of([&] { (void)models["auth.Staff"].make(); }), "");
    for (const char* label : {"auth.Staff", "auth.User"}) {
        const Reference reference{&models[label], Value(1)};
        EXPECT_NE(message_of([&] { db.remove(reference); }), "");
        EXPECT_NE(message_of([&] { (void)db.explain_remove(reference); }), "");
        EXPECT_NE(message_of([&] { (void)db.find(label, 1); }), "");
        EXPECT_NE(message_of([&] { (void)db.query(label).count(); }), "");
        EXPECT_NE(message_of([&] { db.remove(db.query(label)); }), "");
    }
}

TEST_P(SwappingTest, ItsContentTypeIsStale) {
    {
        Registry before;
        declare_post(before);
        declare_user(before);
        Database db = Database::open(before, scratch.url());
        db.create_tables();
        const Object ann = db.insert(before["auth.User"].make({{"name", "Ann"}}));
        db.related(db.insert(before["blog.Post"].make()), "likes").add(ann);
    }
    declare_user(models);
    declare_member(models);
    models.swap("AUTH_USER_MODEL", "accounts.Member");
    declare_post(models);
    models.model("auth.Group").primary_key("id", Kind::big_integer);
    Database db = Database::open(models, scratch.url());
    const Reference post{&models["blog.Post"], Value(1)};
    EXPECT_EQ(db.related(post, "likes").all().size(), 0U);
    EXPECT_EQ(db.related(post, "likes").count(), 1U);
    ASSERT_EQ(db.content_types().stale().size(), 1U);
    EXPECT_EQ(db.content_types().stale()[0].model, "user");
}

TEST(SwappingDeclarationTest, Mistakes) {
    Registry models;
    EXPECT_THROW(models.swappable_label("AUTH_USER_MODEL"), ConfigurationError);
    EXPECT_EQ(models.swappable_label("AUTH_USER_MODEL", "auth.User"), "auth.User");
    EXPECT_THROW(models.swappable_label("AUTH_USER_MODEL", "no label"), ConfigurationError);
    EXPECT_THROW(models.swap("AUTH_USER_MODEL", "no label"), ConfigurationError);
    EXPECT_THROW(models.swap("", "a.B"), ConfigurationError);
    models.swap("AUTH_USER_MODEL", "a.B");
    EXPECT_NO_THROW(models.swap("AUTH_USER_MODEL", "a.b"));  // models' names ignore case
    EXPECT_THROW(models.swap("AUTH_USER_MODEL", "a.C"), ConfigurationError);
    EXPECT_THROW(models.model("a.Base").abstract().swappable("AUTH_USER_MODEL"), ConfigurationError);
    const std::vector<Swap> swaps = models.swaps();
    ASSERT_EQ(swaps.size(), 1U);
    EXPECT_EQ(swaps[0].setting + " " + swaps[0].label, "AUTH_USER_MODEL a.B");
    EXPECT_TRUE(swaps[0].models.empty());
    // A model that is swapped for itself is not swapped out.
    models.model("a.B").primary_key("id", Kind::integer).swappable("AUTH_USER_MODEL");
    EXPECT_FALSE(models["a.B"].is_swapped_out());
    // A foreign key that names the model itself is told what to name.
    declare_user(models);
    models.model("blog.Note").primary_key("id", Kind::integer).foreign_key("author", "auth.User");
    const std::string message = message_of([&] { (void)models["blog.Note"].make(); });
    for (const char* part : {"blog.Note.author", "auth.User", "a.B", "swappable_label(\"AUTH_USER_MODEL\")"})
        EXPECT_NE(message.find(part), std::string::npos) << message;
}

}  // namespace
}  // namespace gm2m::test
