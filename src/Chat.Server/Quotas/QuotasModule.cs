using Chat.Server.Quotas.Alerts;
using Chat.Server.Settings;

namespace Chat.Server.Quotas;

/// <summary>What new channels start with: section <c>Credits</c>.</summary>
public sealed class CreditsOptions
{
    /// <summary>Credits of a new channel, unless its making says otherwise. Default 1,000.</summary>
    public decimal OnCreate { get; set; } = 1_000;
}

/// <summary>Registers limits, credits and the metering.</summary>
public static class QuotasModule
{
    /// <summary>Adds <see cref="QuotaStore"/>, <see cref="Meter"/> and what reads the books.</summary>
    public static IServiceCollection AddQuotas(this IServiceCollection services)
    {
        services.AddOptions<CreditsOptions>()
            .BindSettings("Credits")
            .Validate(options => options.OnCreate is >= 0 and <= Credits.MaxGrant, $"Credits:OnCreate must be between 0 and {Credits.MaxGrant}.");
        services.AddSingleton<QuotaStore>();
        services.AddSingleton<WindowWatch>();
        services.AddSingleton<Meter>();
        services.AddFloodLimiter();
        services.AddSingleton<GrantStore>();
        services.AddSingleton<LedgerStore>();
        services.AddSingleton<FeedbackStore>();
        services.AddSingleton<AccountEraser>();
        services.AddSingleton<Audit>();
        services.AddUsage();
        return services;
    }

    private static void AddUsage(this IServiceCollection services)
    {
        services.AddOptions<UsageOptions>()
            .BindSettings("Usage")
            .Validate(
                options => options.FlushInterval >= TimeSpan.FromSeconds(1) && options.FlushInterval <= TimeSpan.FromHours(1),
                "Usage:FlushInterval must be between 1 second and 1 hour.");
        services.AddSingleton<ChatMetrics>();
        services.AddSingleton<UsageObserver>();
        services.AddSingleton<UsageStore>();
        services.AddAlerts();
        services.AddHostedService<UsageFlusher>();
    }
}
