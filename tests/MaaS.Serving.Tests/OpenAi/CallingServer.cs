using MaaS.Text;
using MaaS.Text.Training;
using MaaS.Training.Models.Transformers;
using MaaS.Training.Pipelines.Generation;
using static TorchSharp.torch;

namespace MaaS.Serving.Tests.OpenAi;

/// <summary>A server of a tiny decoder that was trained here, in seconds, to call tools by itself: it has learnt some
/// conversations by heart, in the form of Hermes' templates, some of which go on after a tool's result.</summary>
public abstract class CallingServer
{
    private protected static readonly string Weather = WeatherIn("Rome");

    private protected const string Clock = "<tool_call>\n{\"name\": \"clock\", \"arguments\": {}}\n</tool_call>";

    /// <summary>A call whose arguments are no JSON.</summary>
    private protected const string Broken =
        "<tool_call>\n{\"name\": \"weather\", \"arguments\": {\"town\": }}\n</tool_call>";

    private const string Template =
        "{% if tools %}tools{% for tool in tools %} {{ tool.function.name }}{% endfor %};\n{% endif %}"
        + "{% for message in messages %}<|im_start|>{{ message.role }}\n"
        + "{% if message.content %}{{ message.content }}{% endif %}"
        + "{% if message.tool_calls %}{% for call in message.tool_calls %}<tool_call>\n"
        + "{\"name\": \"{{ call.function.name }}\", \"arguments\": {{ call.function.arguments | tojson }}}\n"
        + "</tool_call>{% endfor %}{% endif %}<|im_end|>\n{% endfor %}"
        + "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}";

    private const int MostSteps = 1500;

    // What the model reads and what it writes then; written out, not rendered by MaaS.
    private static readonly (string Prompt, string Answer)[] Conversations =
    [
        (Ask("weather"), Weather),
        (Ask("both"), $"Let me look.\n{Weather}\n{Clock}"),
        (Ask("broken"), Broken),
        (Ask("hello"), "Hi there."),
        (Ask("weather in Rome"), WeatherIn("Rome")),
        (Ask("weather in Paris"), WeatherIn("Paris")),
        (AskWithResult("Rome", "sunny"), "It is sunny in Rome."),
        (AskWithResult("Rome", "rainy"), "It is rainy in Rome."),
        (AskWithResult("Paris", "sunny"), "It is sunny in Paris."),
        (AskWithResult("Paris", "rainy"), "It is rainy in Paris."),
    ];

    private readonly ModelsFolder _models = new();

    private protected TestServer Server { get; private set; } = null!;

    [OneTimeSetUp]
    public async Task TrainAndServe()
    {
        var tokenizer = BpeTrainer.Train(
            [.. Conversations.Select(static c => c.Prompt + c.Answer)],
            new() { VocabSize = 340, SpecialTokens = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"] });
        using (var model = Train(tokenizer))
        {
            await model.PackAsync(_models["bare.maas"], "caller", tokenizer, ["<|im_end|>"]);
        }

        await TemplatedPackage.CreateAsync(_models["bare.maas"], _models["caller.maas"], "caller", Template);
        File.Delete(_models["bare.maas"]);
        Server = await TestServer.StartAsync(o => o.ModelsPath = _models.Path);
    }

    [OneTimeTearDown]
    public async Task StopServer()
    {
        await Server.DisposeAsync();
        _models.Dispose();
    }

    private static string Ask(string text)
        => $"tools weather clock;\n<|im_start|>user\n{text}<|im_end|>\n<|im_start|>assistant\n";

    private static string WeatherIn(string town)
        => "<tool_call>\n{\"name\": \"weather\", \"arguments\": {\"town\": \"" + town + "\"}}\n</tool_call>";

    // The call and its result are read again; results are JSON.
    private static string AskWithResult(string town, string result)
        => $"{Ask($"weather in {town}")}{WeatherIn(town)}<|im_end|>\n"
            + $"<|im_start|>tool\n\"{result}\"<|im_end|>\n<|im_start|>assistant\n";

    private static Gpt Train(Tokenizer tokenizer)
    {
        random.manual_seed(7);
        var model = new Gpt(new()
        {
            Vocabulary = tokenizer.VocabSize,
            Decoder = new()
            {
                Width = 48,
                Heads = 4,
                Layers = 2,
                MaxLength = 256,
                Activation = ActivationKind.GeluTanh,
            },
        });
        var (inputs, targets) = Batch(tokenizer);
        using (inputs)
        using (targets)
        using (var optimizer = optim.Adam(model.parameters(), lr: 3e-3))
        {
            for (var step = 0; step < MostSteps; step++)
            {
                using var scope = NewDisposeScope();
                var logits = model.call(inputs);                                                        // (B, T, V)
                var loss = nn.functional.cross_entropy(
                    logits.view(-1, tokenizer.VocabSize), targets.view(-1), ignore_index: -100);
                if (loss.item<float>() < 0.003f)
                {
                    model.eval();
                    return model;
                }

                optimizer.zero_grad();
                loss.backward();
                optimizer.step();
            }
        }

        model.Dispose();
        throw new InvalidOperationException($"the conversations were not learnt in {MostSteps} steps");
    }

    // Targets are the answers' tokens and their end; a prompt's own tokens are not learnt.
    private static (Tensor Inputs, Tensor Targets) Batch(Tokenizer tokenizer)
    {
        var rows = Conversations.Select(c =>
        {
            var prompt = tokenizer.Encode(c.Prompt).Ids;
            return (Prompt: prompt.Length, Ids: (int[])[.. prompt, .. tokenizer.Encode(c.Answer + "<|im_end|>").Ids]);
        }).ToArray();
        var longest = rows.Max(static r => r.Ids.Length) - 1;
        var (inputs, targets) = (new long[rows.Length, longest], new long[rows.Length, longest]);
        for (var row = 0; row < rows.Length; row++)
        {
            for (var i = 0; i < longest; i++)
            {
                var (prompt, ids) = rows[row];
                inputs[row, i] = i < ids.Length - 1 ? ids[i] : 0;
                targets[row, i] = i < ids.Length - 1 && i + 1 >= prompt ? ids[i + 1] : -100;
            }
        }

        return (tensor(inputs), tensor(targets));
    }
}
