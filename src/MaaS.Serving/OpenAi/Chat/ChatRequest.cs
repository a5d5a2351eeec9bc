using System.Text.Json;
using MaaS.Core.Generation;
using MaaS.Core.Generation.Chat;
using MaaS.Serving.OpenAi.Completions;

namespace MaaS.Serving.OpenAi.Chat;

/// <summary>What a client asks for with <c>POST /v1/chat/completions</c>.</summary>
/// <param name="Settings">What completions have as well.</param>
/// <param name="LimitParameter">The member that limits the tokens, for errors.</param>
/// <param name="Messages">The conversation.</param>
/// <param name="Tools">What the model may or must call.</param>
/// <param name="Schema">The JSON schema that the answer follows; null for none.</param>
/// <param name="IsAnyObject">Whether the answer is a JSON object without a schema.</param>
/// <param name="SchemaParameter">The member with the schema, for errors.</param>
/// <param name="TemplateVariables">Further variables of the chat template; null for none.</param>
internal sealed record ChatRequest(
    TextSettings Settings, string LimitParameter, IReadOnlyList<ChatMessage> Messages, ChatTools Tools,
    JsonElement? Schema, bool IsAnyObject, string SchemaParameter,
    IReadOnlyDictionary<string, object?>? TemplateVariables)
{
    private const string MaxTokens = "max_tokens", MaxCompletionTokens = "max_completion_tokens";

    /// <summary>Reads a request.</summary>
    /// <exception cref="Faults.RequestException">400, with the member at fault.</exception>
    public static ChatRequest Read(RequestFields fields)
    {
        var messages = ChatMessages.Read(fields);
        var old = fields.Integer(MaxTokens, 1, int.MaxValue);
        var most = fields.Integer(MaxCompletionTokens, 1, int.MaxValue);
        if (old is not null && most is not null && old != most)
        {
            throw RequestFields.Fault(
                MaxTokens, $"expected it alone or equal to {MaxCompletionTokens}, got {old} and {most}");
        }

        var settings = TextSettings.Read(fields, most ?? old);
        settings = settings with
        {
            Options = settings.Options with { TopLogProbabilities = LogProbabilitiesOf(fields) },
        };
        var tools = ChatTools.Read(fields);
        var (schema, isAnyObject, schemaParameter) = SchemaOf(fields);
        if ((schema is not null || isAnyObject) && tools.Tools.Count > 0)
        {
            throw RequestFields.Fault(
                "response_format",
                "expected either a form of the answer or tools that may be called; \"tool_choice\": \"none\" forbids "
                    + "them", "unsupported_parameter");
        }

        var variables = VariablesOf(fields);
        RefuseOthers(fields);
        return new ChatRequest(
            settings, most is not null ? MaxCompletionTokens : MaxTokens, messages, tools, schema,
            isAnyObject, schemaParameter, variables);
    }

    private static int? LogProbabilitiesOf(RequestFields fields)
    {
        var wanted = fields.Flag("logprobs") ?? false;
        var top = fields.Integer("top_logprobs", 0, GenerationOptions.MaxTopLogProbabilities);
        return wanted ? top ?? 0
            : top is null or 0 ? null
            : throw RequestFields.Fault("top_logprobs", "expected \"logprobs\": true beside it");
    }

    private static (JsonElement? Schema, bool IsAnyObject, string Parameter) SchemaOf(RequestFields fields)
    {
        const string Parameter = "response_format";
        if (fields.Find(Parameter) is not { } value)
        {
            return (null, false, Parameter);
        }

        var format = new RequestFields(value, Parameter);
        var type = format.OneOf("type", "text", "json_object", "json_schema");
        if (type != "json_schema")
        {
            format.Finish();
            return (null, type == "json_object", Parameter);
        }

        const string At = $"{Parameter}.json_schema";
        var schema = new RequestFields(format.Need("json_schema", "an object with a schema"), At);
        format.Finish();
        if (schema.Text("name") is not { Length: > 0 })
        {
            throw RequestFields.Fault($"{At}.name", "expected a name, got none");
        }

        // The name and the description are for models of OpenAI's; the answer follows the schema, strict or not.
        schema.Text("description");
        schema.Flag("strict");
        var json = schema.Need("schema", "a JSON schema");
        schema.Finish();
        return (json.Clone(), false, $"{At}.schema");
    }

    private static Dictionary<string, object?>? VariablesOf(RequestFields fields)
    {
        const string Parameter = "chat_template_kwargs";
        if (fields.Find(Parameter) is not { } value)
        {
            return null;
        }

        if (value.ValueKind != JsonValueKind.Object)
        {
            throw RequestFields.Fault(Parameter, $"expected an object, got {RequestFields.Kind(value)}");
        }

        var variables = value.EnumerateObject()
            .ToDictionary(static p => p.Name, static p => (object?)p.Value.Clone(), StringComparer.Ordinal);
        return variables.Keys.FirstOrDefault(ChatTemplate.IsReserved) is { } reserved
            ? throw RequestFields.Fault(
                $"{Parameter}.{reserved}", "expected a variable of the template's own, got one that the conversation, "
                    + "its tools or the special tokens stand in")
            : variables;
    }

    private static void RefuseOthers(RequestFields fields)
    {
        fields.Text("safety_identifier");
        fields.OneOf("service_tier", "auto", "default");
        if (fields.Flag("store") == true)
        {
            throw RequestFields.Fault(
                "store", "not done by this server; answers are not kept", "unsupported_parameter");
        }

        foreach (var (value, path) in fields.Items("modalities") ?? [])
        {
            if (RequestFields.TextOf(value, path) != "text")
            {
                throw RequestFields.Fault(
                    path, "expected 'text', the one form of answers here", "unsupported_parameter");
            }
        }

        fields.Refuse("use tools and tool_choice", "functions", "function_call");
        fields.Refuse("answers are texts", "audio");
        fields.Refuse("answers are not kept", "metadata");
        fields.Refuse(
            "equal beginnings of prompts are shared without it", "prompt_cache_key", "prompt_cache_retention");
        fields.Refuse(
            "say it in the messages, or to the chat template with chat_template_kwargs", "reasoning_effort",
            "verbosity");
        fields.Refuse("leave it out", "prediction", "web_search_options", "moderation");
        fields.Finish();
    }
}
