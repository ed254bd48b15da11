using System.Reflection;
using Chat.Server.Errors;
using FluentValidation;
using FluentValidation.Results;
using Microsoft.AspNetCore.Http.Metadata;

namespace Chat.Server.Http;

/// <summary>How large a body an endpoint reads; more is 413.</summary>
/// <param name="MaxBytes">The limit in bytes.</param>
public sealed record BodyLimit(int MaxBytes)
{
    /// <summary>64 KiB, the widget surface's limit (contract, section 1).</summary>
    public static BodyLimit Default { get; } = new(64 * 1024);
}

/// <summary>Which type an endpoint reads from its body; for the description.</summary>
/// <param name="Type">The type.</param>
public sealed record BodyType(Type Type);

/// <summary>
/// A JSON body, read and validated. Endpoints whose group has <see cref="BodyFilter.AddBodyFilter"/> only run with a good
/// one; a bad one is answered before them.
/// </summary>
/// <typeparam name="T">What the body is read as; its <see cref="IValidator{T}"/>, where there is one, is applied.</typeparam>
public sealed class Body<T> : IBody, IEndpointParameterMetadataProvider
    where T : class
{
    private readonly Result<T> _result;

    private Body(Result<T> result) => _result = result;

    /// <summary>The valid body.</summary>
    public T Value => _result.Value;

    /// <inheritdoc />
    public ChatError? Error => _result.Error;

    /// <summary>Reads and validates; called by the framework.</summary>
    public static async ValueTask<Body<T>?> BindAsync(HttpContext context)
    {
        var limit = context.GetEndpoint()?.Metadata.GetMetadata<BodyLimit>() ?? BodyLimit.Default;
        var result = await JsonBody.ReadAsync<T>(context, limit.MaxBytes, context.RequestAborted);
        if (result.Succeeded(out var value, out _) && context.RequestServices.GetService<IValidator<T>>() is { } validator)
        {
            var verdict = validator.Validate(value);
            if (!verdict.IsValid)
                result = verdict.ToError();
        }

        return new Body<T>(result);
    }

    /// <inheritdoc />
    public static void PopulateMetadata(ParameterInfo parameter, EndpointBuilder builder) => builder.Metadata.Add(new BodyType(typeof(T)));
}

/// <summary>A body of any type, as the filter sees it.</summary>
public interface IBody
{
    /// <summary>Why the body cannot be used; null when it can.</summary>
    ChatError? Error { get; }
}

/// <summary>Answers requests with a bad body before their endpoint runs.</summary>
public static class BodyFilter
{
    /// <summary>Adds the filter to those endpoints of the group that take a <see cref="Body{T}"/>; decided once, when they are built.</summary>
    public static TBuilder AddBodyFilter<TBuilder>(this TBuilder builder)
        where TBuilder : IEndpointConventionBuilder =>
        builder.AddEndpointFilterFactory((factory, next) =>
        {
            var index = Array.FindIndex(factory.MethodInfo.GetParameters(), parameter => typeof(IBody).IsAssignableFrom(parameter.ParameterType));
            return index < 0
                ? next
                : context => context.Arguments[index] is IBody { Error: { } error }
                    ? ValueTask.FromResult<object?>(new ErrorResult(error))
                    : next(context);
        });

    /// <summary>All that a validator found, each field with its messages.</summary>
    public static ChatError ToError(this ValidationResult verdict) => ChatError.InvalidRequest(
        verdict.Errors
            .GroupBy(failure => failure.PropertyName, StringComparer.Ordinal)
            .ToDictionary(field => field.Key, field => field.Select(failure => failure.ErrorMessage).Distinct(StringComparer.Ordinal).ToArray(), StringComparer.Ordinal));
}
