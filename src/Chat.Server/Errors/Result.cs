using System.Diagnostics.CodeAnalysis;

namespace Chat.Server.Errors;

/// <summary>
/// The outcome of an operation: a value, or an expected failure. Both convert implicitly, so a handler reads
/// <c>return ChatError.NotFound;</c> and <c>return reply;</c>. Unexpected failures stay exceptions.
/// </summary>
/// <typeparam name="T">What the operation gives when it succeeds.</typeparam>
public readonly struct Result<T>
{
    private readonly T? _value;

    private Result(T? value, ChatError? error)
    {
        _value = value;
        Error = error;
    }

    /// <summary>The failure, or null when there is a value.</summary>
    public ChatError? Error { get; }

    /// <summary>The value.</summary>
    /// <exception cref="InvalidOperationException">The operation failed.</exception>
    public T Value => Error is null ? _value! : throw new InvalidOperationException($"There is no value: {Error.Code}.");

    /// <summary>Tells success from failure and hands out the one that is there.</summary>
    /// <param name="value">The value on success.</param>
    /// <param name="error">The failure otherwise.</param>
    public bool Succeeded([MaybeNullWhen(false)] out T value, [NotNullWhen(false)] out ChatError? error)
    {
        value = _value;
        error = Error;
        return error is null;
    }

    /// <summary>A success.</summary>
    public static implicit operator Result<T>(T value) => new(value, null);

    /// <summary>A failure.</summary>
    public static implicit operator Result<T>(ChatError error) => new(default, error);
}
