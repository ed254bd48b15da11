using Chat.Client;

namespace Chat.Server.Tests.Client;

public sealed class RateLimitHeadersTests
{
    private static readonly DateTimeOffset Now = new(2026, 4, 5, 12, 0, 0, 750, TimeSpan.FromHours(2));

    [Theory]
    [InlineData("\"permin\";r=12;t=30", "\"permin\";q=60;w=60", 60L, 12L, 30)]
    [InlineData("\"permin\";r=12;t=30, \"daily\";r=3;t=600", "\"permin\";q=60;w=60, \"daily\";q=1000;w=86400", 1000L, 3L, 600)]
    [InlineData("\"a,b;c\";r=1;t=2", "\"other\";q=5, \"a,b;c\";q=9", 9L, 1L, 2)]
    [InlineData("\"permin\"; t=30; r=0", "", null, 0L, 30)]
    [InlineData("\"odd\";r=x;t=30, \"permin\";r=4;t=5", "", null, 4L, 5)]
    public void The_tightest_policy_of_the_standard_fields_is_the_one_told(string limit, string policy, long? allowed, long remaining, int seconds)
    {
        var status = Read(("RateLimit", limit), ("RateLimit-Policy", policy));

        Assert.Equal(new RateLimitStatus(allowed, remaining, HandTurnedTime.Start.AddSeconds(seconds)), status);
    }

    [Fact]
    public void The_services_own_choice_of_the_tighter_limit_comes_first()
    {
        var status = Read(
            ("X-RateLimit-Limit", "60"), ("X-RateLimit-Remaining", "7"), ("X-RateLimit-Reset", "1775383260"), ("RateLimit", "\"x\";r=1;t=1"));

        Assert.Equal(new RateLimitStatus(60, 7, HandTurnedTime.Start.AddMinutes(1)), status);
    }

    [Theory]
    [InlineData("X-RateLimit-Remaining", "7")]
    [InlineData("RateLimit", "")]
    [InlineData("RateLimit", "\"permin\"")]
    [InlineData("RateLimit", "\"permin\";r=1")]
    [InlineData("RateLimit", "\"permin\";r=-1;t=5")]
    [InlineData("RateLimit", "\"permin\";r=1;t=9223372036854775807")]
    [InlineData("RateLimit", "\"never closed;r=1;t=5")]
    [InlineData("RateLimit", ",;,\";=")]
    public void What_makes_no_sense_is_no_status(string name, string value) => Assert.Null(Read((name, value)));

    [Theory]
    [InlineData("-1")]
    [InlineData("9223372036854775807")]
    [InlineData("tomorrow")]
    public void A_reset_outside_of_time_is_no_status(string reset) => Assert.Null(Read(("X-RateLimit-Remaining", "7"), ("X-RateLimit-Reset", reset)));

    private static RateLimitStatus? Read(params (string Name, string Value)[] headers)
    {
        using var response = new HttpResponseMessage();
        foreach (var (name, value) in headers)
            response.Headers.TryAddWithoutValidation(name, value);
        return RateLimitHeaders.Read(response.Headers, Now);
    }
}
