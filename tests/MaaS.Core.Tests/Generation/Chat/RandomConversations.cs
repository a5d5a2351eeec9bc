using System.Text.Json;
using MaaS.Core.Generation.Chat;

namespace MaaS.Core.Tests.Generation.Chat;

/// <summary>Conversations of every kind that templates meet, sensible ones and others.</summary>
internal sealed class RandomConversations(int seed)
{
    private static readonly string[] Texts =
    [
        "Hello!", "", " two\nlines \n", "Grüße, 日本 😀", "{\"json\": [1, \"a\\\"b\"]}", "<|im_end|>", "\ttabs\t",
        "<think>\nfirst I think\n</think>\n\nthen I speak", "it's \"quoted\" \\ back", "{{ 7 * 7 }} {% raw %}",
        "\u00a0wide\u3000", "\r\n",
        "<tool_response>x</tool_response>",
    ];

    private readonly Random _random = new(seed);

    public List<ChatMessage> Next()
    {
        List<ChatMessage> messages = [];
        if (_random.Next(2) == 0)
        {
            messages.Add(new("system", Text()));
        }

        for (var turns = _random.Next(5); turns > 0; turns--)
        {
            messages.Add(new("user", Text()));
            switch (_random.Next(4))
            {
                case 0:
                    var calls = Enumerable.Range(0, _random.Next(1, 3)).Select(_ => Call()).ToArray();
                    messages.Add(new("assistant", _random.Next(3) == 0 ? Text() : null, calls));
                    messages.AddRange(calls.Select(c => new ChatMessage("tool", Text(), null, c.Id, c.Name)));
                    messages.Add(new("assistant", Text()));
                    break;
                case 1 when turns == 1:
                    break;
                case 2 when _random.Next(8) == 0:
                    messages.Add(new(Pick("critic", "system", "user"), Text()));
                    break;
                default:
                    messages.Add(new("assistant", Text()));
                    break;
            }
        }

        return messages;
    }

    public List<ChatTool>? Tools()
    {
        if (_random.Next(2) == 0)
        {
            return null;
        }

        using var schema = JsonDocument.Parse(
            """
            {"type": "object", "properties": {"city": {"type": "string", "description": "Größe & <Ort>"},
             "days": {"type": "integer", "minimum": 1, "default": 1.50, "enum": [1, -2, 12345678901234567890]}},
             "required": ["city"], "additionalProperties": false}
            """);
        return
        [
            new("weather", "What it's like outside", schema.RootElement.Clone()),
            .. _random.Next(2) == 0 ? new ChatTool[] { new("now") } : [],
        ];
    }

    public bool Flag() => _random.Next(2) == 0;

    private ChatToolCall Call() => new(
        Pick("call_1234", "abc", "123456789"), Pick("weather", "now"),
        Pick("{}", "{\"city\":\"Köln\",\"days\":3}", "{\"a\": [1.0, 2.5e-7, null, true, {\"b\": \"\\u00e9\\n\"}]}"));

    private string Text() => Pick(Texts);

    private string Pick(params string[] of) => of[_random.Next(of.Length)];
}
