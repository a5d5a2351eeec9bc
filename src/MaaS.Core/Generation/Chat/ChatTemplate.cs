using MaaS.Core.Generation.Chat.Jinja;
using MaaS.Onnx.Inference;

namespace MaaS.Core.Generation.Chat;

/// <summary>Turns a conversation into the prompt that a chat model was trained on, by the part of Jinja that the
/// templates of tokenizer_config.json use. Safe for use by many threads.</summary>
/// <remarks>Renders as transformers does: <c>trim_blocks</c> and <c>lstrip_blocks</c> on, nothing escaped for HTML,
/// <c>tojson</c> without HTML escapes, lists and dictionaries that cannot be changed. docs/chat.md names what is
/// supported.</remarks>
public sealed partial class ChatTemplate
{
    private const int MaxLength = 1 << 20;

    private const string MessagesName = "messages", ToolsName = "tools", PromptName = "add_generation_prompt";

    private readonly Statement _body;
    private readonly TimeProvider _time;

    // Takes over where tools are given; null where one template does both.
    private ChatTemplate? _withTools;

    private ChatTemplate(
        string source, Statement body, IReadOnlyDictionary<string, string> specialTokens, TimeProvider time)
        => (Source, _body, SpecialTokens, _time) = (source, body, specialTokens, time);

    /// <summary>The template as it was given.</summary>
    public string Source { get; }

    /// <summary>Special tokens by the names under which the template sees them, such as <c>bos_token</c>.</summary>
    public IReadOnlyDictionary<string, string> SpecialTokens { get; }

    /// <summary>Whether a variable is one that <see cref="Render"/> sets itself, and nobody who only takes part in a
    /// conversation should: its messages, its tools, or a special token.</summary>
    /// <param name="variable">Name of a variable.</param>
    public static bool IsReserved(string variable)
    {
        ArgumentNullException.ThrowIfNull(variable);
        return variable is MessagesName or ToolsName or PromptName || TokenNames.Contains(variable);
    }

    /// <summary>Reads a template.</summary>
    /// <param name="template">Jinja, at most 1 MB.</param>
    /// <param name="specialTokens">Tokens by name, such as <c>eos_token</c>; null for none.</param>
    /// <param name="time">The clock of <c>strftime_now</c>; null for the system's.</param>
    /// <exception cref="InvalidDataException">The template is no Jinja, or uses what is not supported; the message
    /// names the line.</exception>
    public static ChatTemplate Parse(
        string template, IReadOnlyDictionary<string, string>? specialTokens = null, TimeProvider? time = null)
    {
        ArgumentNullException.ThrowIfNull(template);
        if (template.Length > MaxLength)
        {
            throw new InvalidDataException(
                $"chat template: expected at most {MaxLength:N0} characters, got {template.Length:N0}.");
        }

        try
        {
            return new(
                template, TemplateParser.Parse(template), specialTokens ?? new Dictionary<string, string>(),
                time ?? TimeProvider.System);
        }
        catch (TemplateFault e)
        {
            throw new InvalidDataException(Message(e.Line, e), e);
        }
    }

    /// <summary>The prompt for a conversation.</summary>
    /// <param name="messages">In order; what a template takes (roles, their order) is up to it.</param>
    /// <param name="tools">Tools that the model may call; null for none.</param>
    /// <param name="addGenerationPrompt">Whether the prompt ends with the beginning of an assistant's message, so that
    /// the model writes it.</param>
    /// <param name="more">Other variables of the template, such as <c>enable_thinking</c>: null, truth values, numbers,
    /// strings, <see cref="System.Text.Json.JsonElement"/>, lists, and dictionaries by strings. They take precedence.
    /// Null for none.</param>
    /// <exception cref="ModelInputException">The template refuses the conversation, fails on it, or does not end; the
    /// message names the line and what was wrong.</exception>
    /// <exception cref="ArgumentException">A variable is of another type.</exception>
    public string Render(
        IReadOnlyList<ChatMessage> messages, IReadOnlyList<ChatTool>? tools = null, bool addGenerationPrompt = true,
        IReadOnlyDictionary<string, object?>? more = null)
    {
        ArgumentNullException.ThrowIfNull(messages);
        if (tools is not null && _withTools is not null)
        {
            return _withTools.Render(messages, tools, addGenerationPrompt, more);
        }

        var run = new Rendering(_time);
        var frame = new Frame(run);
        foreach (var (name, token) in SpecialTokens)
        {
            frame.Set(name, token);
        }

        try
        {
            frame.Set(MessagesName, messages.Select(ChatValues.OfMessage).ToList());
            frame.Set(ToolsName, tools?.Select(ChatValues.OfTool).ToList());
            frame.Set("documents", null);
            frame.Set(PromptName, addGenerationPrompt);
            foreach (var (name, value) in more ?? new Dictionary<string, object?>())
            {
                frame.Set(name, ChatValues.Of(value, name));
            }

            var output = new TemplateOutput(run);
            _body.Run(frame, output);
            return output.ToString();
        }
        catch (TemplateFault e)
        {
            throw new ModelInputException(Message(Math.Max(run.Line, 1), e), e);
        }
    }

    private static string Message(int line, TemplateFault fault)
        => $"chat template: line {line}: {fault.Message}{(fault.Message is [.., '.' or '!' or '?'] ? "" : ".")}";
}
