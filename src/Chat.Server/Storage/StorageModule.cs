using Chat.Server.Settings;
using Microsoft.Data.SqlClient;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace Chat.Server.Storage;

/// <summary>Registers the store: SQL Server where a connection string names one, else SQLite.</summary>
public static class StorageModule
{
    /// <summary>Adds <see cref="Database"/> and <see cref="Migrator"/>.</summary>
    public static IServiceCollection AddStorage(this IServiceCollection services)
    {
        ColumnTypes.Register();
        services.AddOptions<StorageOptions>()
            .BindSettings("Storage")
            .Configure<IConfiguration>((options, configuration) => options.SqlServer = configuration.GetConnectionString("SqlServer"));
        services.AddSingleton<IValidateOptions<StorageOptions>, StorageOptionsValidator>();
        services.AddLogging().AddMetrics().TryAddSingleton(TimeProvider.System);
        services.AddSingleton<StorageMetrics>();
        services.AddSingleton(CreateDatabase);
        services.AddSingleton<Migrator>();
        return services;
    }

    /// <summary>The embedded database's absolute path: <see cref="StorageOptions.Path"/> below the content root.</summary>
    public static string AbsolutePath(this StorageOptions options, IHostEnvironment environment) =>
        Path.GetFullPath(options.Path, environment.ContentRootPath);

    /// <summary>Where the data is, for people: a file, or a server and its database. Never a name or password of a login.</summary>
    public static string Location(this StorageOptions options, IHostEnvironment environment)
    {
        if (string.IsNullOrWhiteSpace(options.SqlServer))
            return options.AbsolutePath(environment);
        var parsed = new SqlConnectionStringBuilder(options.SqlServer);
        return $"{parsed.DataSource}, {(parsed.InitialCatalog is "" ? "the login's default database" : $"database {parsed.InitialCatalog}")}";
    }

    /// <summary>The store that valid settings name. An embedded one is the caller's to dispose of.</summary>
    internal static Database Open(StorageOptions options, IServiceProvider services)
    {
        var retries = new Retries(
            options.RetryBudget,
            services.GetRequiredService<TimeProvider>(),
            services.GetRequiredService<StorageMetrics>(),
            services.GetRequiredService<ILogger<Database>>());
        return string.IsNullOrWhiteSpace(options.SqlServer)
            ? new SqliteDatabase(options.AbsolutePath(services.GetRequiredService<IHostEnvironment>()), options) { Retries = retries }
            : new SqlServerDatabase(options.SqlServer) { Retries = retries };
    }

    private static Database CreateDatabase(IServiceProvider services) => Open(services.GetRequiredService<IOptions<StorageOptions>>().Value, services);
}
