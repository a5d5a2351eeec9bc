using System.Text;
using System.Text.Json;
using Microsoft.Extensions.AI;

namespace MaaS.Client.Ai;

/// <summary>Puts calls of tools together whose arguments come in pieces.</summary>
internal sealed class CallAssembly
{
    private readonly SortedDictionary<int, Call> _calls = [];

    /// <summary>Adds what a piece of an answer has of calls.</summary>
    /// <param name="choice">An entry of <c>choices</c>.</param>
    public void Add(JsonElement choice)
    {
        if (!choice.GetProperty("delta").TryGetProperty("tool_calls", out var pieces))
        {
            return;
        }

        foreach (var piece in pieces.EnumerateArray())
        {
            var index = piece.GetProperty("index").GetInt32();
            if (!_calls.TryGetValue(index, out var call))
            {
                _calls[index] = call = new Call();
            }

            if (piece.TryGetProperty("id", out var id))
            {
                call.Id = id.GetString()!;
            }

            var function = piece.GetProperty("function");
            if (function.TryGetProperty("name", out var name))
            {
                call.Name = name.GetString()!;
            }

            if (function.TryGetProperty("arguments", out var arguments))
            {
                call.Arguments.Append(arguments.GetString());
            }
        }
    }

    /// <summary>The calls, which are whole once the answer has ended; there are none afterwards.</summary>
    public IReadOnlyList<FunctionCallContent> Take()
    {
        FunctionCallContent[] calls =
            [.. _calls.Values.Select(static c => ChatAnswer.CallOf(c.Id, c.Name, c.Arguments.ToString()))];
        _calls.Clear();
        return calls;
    }

    private sealed class Call
    {
        public string Id { get; set; } = "";

        public string Name { get; set; } = "";

        public StringBuilder Arguments { get; } = new();
    }
}
