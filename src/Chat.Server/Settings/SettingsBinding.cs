using Microsoft.Extensions.Options;

namespace Chat.Server.Settings;

/// <summary>Binds options to configuration so that every value of the wrong type is told at start, with all other faults.</summary>
/// <remarks>
/// The framework's binder stops at the first value that it cannot convert, which hides what is behind it, and within a list or a
/// dictionary it drops the whole entry without a word: a provider with a mistyped time-out would be gone.
/// </remarks>
public static class SettingsBinding
{
    /// <summary>Binds a section and validates it at start; the validators of the type run on what could be read.</summary>
    /// <param name="options">The options to bind.</param>
    /// <param name="section">The section's name; empty: the options' members are sections of their own.</param>
    public static OptionsBuilder<T> BindSettings<T>(this OptionsBuilder<T> options, string section)
        where T : class
    {
        options.Configure<IConfiguration>((target, configuration) => Read<T>(configuration, section).Readable.Bind(target));
        options.Services.AddSingleton<IValidateOptions<T>>(services => new ReadableValidator<T>(services.GetRequiredService<IConfiguration>(), section));
        return options.ValidateOnStart();
    }

    private static SettingsReading Read<T>(IConfiguration configuration, string section) =>
        SettingsReading.Of(section.Length == 0 ? configuration : configuration.GetSection(section), typeof(T));

    private sealed class ReadableValidator<T>(IConfiguration configuration, string section) : IValidateOptions<T>
        where T : class
    {
        public ValidateOptionsResult Validate(string? name, T options) =>
            Read<T>(configuration, section).Faults is { Count: > 0 } faults ? ValidateOptionsResult.Fail(faults) : ValidateOptionsResult.Success;
    }
}
