using Microsoft.Extensions.AI;

namespace Chat.Server.Conversations;

/// <summary>What is sent to a model: messages that fit its context window with room for the reply, and how many tokens they are.</summary>
/// <param name="Messages">System prompt and knowledge, the session's turns that fit, the visitor's message.</param>
/// <param name="Tokens">The estimate that the reservation is made from.</param>
public sealed record Prompt(IReadOnlyList<ChatMessage> Messages, int Tokens);
