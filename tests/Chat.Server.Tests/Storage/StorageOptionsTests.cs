using Chat.Server.Storage;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Chat.Server.Tests.Storage;

public sealed class StorageOptionsTests
{
    private const string NeedsEncryption = "ConnectionStrings:SqlServer must say Encrypt=true: the server is not on this machine.";
    private const string NotUnderstood = "ConnectionStrings:SqlServer is not a connection string that the SQL Server client understands.";

    [Fact]
    public void Without_settings_the_defaults_are_the_documented_ones()
    {
        var options = Bind();
        Assert.Equal("data/chat.db", options.Path);
        Assert.Equal(Durability.Normal, options.Durability);
        Assert.Equal(TimeSpan.FromSeconds(5), options.BusyTimeout);
        Assert.Equal(TimeSpan.FromSeconds(5), options.RetryBudget);
        Assert.Null(options.SqlServer);
    }

    [Fact]
    public void Every_setting_can_be_set()
    {
        var options = Bind(
            ("Storage:Path", "elsewhere/chat.db"),
            ("Storage:Durability", "full"),
            ("Storage:BusyTimeout", "00:01:00"),
            ("Storage:RetryBudget", "00:01:00"),
            ("ConnectionStrings:SqlServer", "Server=db.example;Encrypt=true"));
        Assert.Equal("elsewhere/chat.db", options.Path);
        Assert.Equal(Durability.Full, options.Durability);
        Assert.Equal(TimeSpan.FromMinutes(1), options.BusyTimeout);
        Assert.Equal(TimeSpan.FromMinutes(1), options.RetryBudget);
        Assert.Equal("Server=db.example;Encrypt=true", options.SqlServer);
    }

    [Theory]
    [InlineData("Storage:Path", "", "Storage:Path must name a file.")]
    [InlineData("Storage:Path", "  ", "Storage:Path must name a file.")]
    [InlineData("Storage:Durability", "7", "Storage:Durability must be Normal or Full.")]
    [InlineData("Storage:RetryBudget", "00:00:00", "Storage:RetryBudget must be between 100 milliseconds and 1 minute.")]
    [InlineData("Storage:RetryBudget", "00:01:00.001", "Storage:RetryBudget must be between 100 milliseconds and 1 minute.")]
    [InlineData("Storage:BusyTimeout", "00:00:00", "Storage:BusyTimeout must be between 1 millisecond and 1 minute.")]
    [InlineData("Storage:BusyTimeout", "-00:00:01", "Storage:BusyTimeout must be between 1 millisecond and 1 minute.")]
    [InlineData("Storage:BusyTimeout", "00:01:00.001", "Storage:BusyTimeout must be between 1 millisecond and 1 minute.")]
    [InlineData("Storage:Durability", "Sometimes", "Storage:Durability must be one of Normal, Full.")]
    [InlineData("Storage:BusyTimeout", "soon", "Storage:BusyTimeout must be a time span, such as 00:01:30 or 1.00:00:00.")]
    [InlineData("ConnectionStrings:SqlServer", "Server=db.example", NeedsEncryption)]
    [InlineData("ConnectionStrings:SqlServer", "nonsense", NotUnderstood)]
    public void A_value_that_cannot_work_is_refused_with_a_sentence(string key, string value, string sentence) =>
        Assert.Equal([sentence], FaultsOf((key, value)));

    [Fact]
    public void All_faults_are_said_together() => Assert.Equal(
        [
            "Storage:Path must name a file.",
            "Storage:BusyTimeout must be between 1 millisecond and 1 minute.",
            "Storage:Durability must be Normal or Full.",
            NeedsEncryption,
        ],
        FaultsOf(("Storage:Path", ""), ("Storage:BusyTimeout", "00:00:00"), ("Storage:Durability", "9"), ("ConnectionStrings:SqlServer", "Server=db.example")));

    [Theory]
    [InlineData("Server=db.example;Encrypt=true")]
    [InlineData("Server=db.example;Encrypt=True;TrustServerCertificate=true")]
    [InlineData("Data Source=tcp:db.example,1433;ENCRYPT=yes")]
    [InlineData("Server=localhost")]
    [InlineData("Server=LocalHost;Encrypt=false")]
    [InlineData("Server=localhost,1433")]
    [InlineData("Server=localhost\\SQLEXPRESS")]
    [InlineData("Server=tcp:localhost,1433")]
    [InlineData("Server= TCP: 127.0.0.1 ,1433")]
    [InlineData("Server=127.0.0.1")]
    [InlineData("Server=127.8.9.1")]
    [InlineData("Server=::1")]
    [InlineData("Server=[::1],1433")]
    [InlineData("Server=.")]
    [InlineData("Server=.\\SQLEXPRESS")]
    [InlineData("Server=(local)")]
    [InlineData("Server=(LOCAL)\\SQLEXPRESS")]
    [InlineData("Server=(localdb)\\MSSQLLocalDB")]
    public void An_encrypted_connection_or_a_server_on_this_machine_is_taken(string connectionString) =>
        Assert.Empty(FaultsOf(("ConnectionStrings:SqlServer", connectionString)));

    [Theory]
    [InlineData("Server=db.example")]
    [InlineData("Server=db.example;Encrypt=false")]
    [InlineData("Server=db.example;Encrypt=no")]
    [InlineData("Server=10.0.0.1,1433")]
    [InlineData("Server=127.0.0.1.evil.example")]
    [InlineData("Server=127.evil.example")]
    [InlineData("Server=localhost.evil.example")]
    [InlineData("Server=tcp:127.evil.example,1433")]
    [InlineData("Server=evil.example\\localhost")]
    [InlineData("Server=128.0.0.1")]
    [InlineData("Server=::2")]
    [InlineData("Server=localhost;Failover Partner=db.example")]
    [InlineData("Database=chat")]
    public void An_open_connection_to_another_machine_is_refused(string connectionString) =>
        Assert.Equal([NeedsEncryption], FaultsOf(("ConnectionStrings:SqlServer", connectionString)));

    [Theory]
    [InlineData("Server=host-canary;Password=password-canary;User Id=user-canary")]
    [InlineData("Server=host-canary;Password=password-canary;Encrypt=canary")]
    [InlineData("Server=host-canary;canary=password-canary")]
    [InlineData("Server=host-canary;Connect Timeout=canary")]
    [InlineData("host-canary password-canary")]
    [InlineData("Server=\"host-canary")]
    public void No_part_of_a_connection_string_is_in_a_message(string connectionString)
    {
        var fault = Assert.Throws<OptionsValidationException>(() => Validate(("ConnectionStrings:SqlServer", connectionString)));
        Assert.DoesNotContain("canary", fault.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("  ")]
    public void Without_a_connection_string_the_database_is_the_embedded_one(string? connectionString)
    {
        using var services = Services(("ConnectionStrings:SqlServer", connectionString));
        Assert.Equal(DatabaseEngine.Sqlite, services.GetRequiredService<Database>().Engine);
    }

    [Fact]
    public void With_one_it_is_SQL_Server()
    {
        using var services = Services(("ConnectionStrings:SqlServer", "Server=localhost"));
        Assert.Equal(DatabaseEngine.SqlServer, services.GetRequiredService<Database>().Engine);
    }

    private static StorageOptions Bind(params (string Key, string? Value)[] settings)
    {
        using var services = Services(settings);
        return services.GetRequiredService<IOptions<StorageOptions>>().Value;
    }

    private static void Validate(params (string Key, string? Value)[] settings)
    {
        using var services = Services(settings);
        services.GetRequiredService<IStartupValidator>().Validate();
    }

    private static IEnumerable<string> FaultsOf(params (string Key, string? Value)[] settings)
    {
        try
        {
            Validate(settings);
            return [];
        }
        catch (OptionsValidationException fault)
        {
            return fault.Failures;
        }
    }

    private static ServiceProvider Services(params (string Key, string? Value)[] settings)
    {
        var configuration = new ConfigurationBuilder()
            .AddInMemoryCollection(settings.Select(setting => KeyValuePair.Create(setting.Key, setting.Value)))
            .Build();
        var environment = new HostEnvironment();
        return new ServiceCollection()
            .AddSingleton<IConfiguration>(configuration)
            .AddSingleton<Microsoft.Extensions.Hosting.IHostEnvironment>(environment)
            .AddStorage()
            .BuildServiceProvider();
    }

    private sealed class HostEnvironment : Microsoft.Extensions.Hosting.IHostEnvironment
    {
        public string EnvironmentName { get; set; } = "Test";

        public string ApplicationName { get; set; } = "Chat";

        public string ContentRootPath { get; set; } = Path.GetTempPath();

        public Microsoft.Extensions.FileProviders.IFileProvider ContentRootFileProvider { get; set; } = new Microsoft.Extensions.FileProviders.NullFileProvider();
    }
}
