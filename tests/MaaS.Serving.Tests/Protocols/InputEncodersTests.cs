using MaaS.Onnx.Inference;
using MaaS.Serving.Execution;
using MaaS.Serving.Protocols;
using Microsoft.Extensions.DependencyInjection;

namespace MaaS.Serving.Tests.Protocols;

public sealed class InputEncodersTests
{
    [Test]
    public async Task Predict_EncoderOfTheApplication_IsAskedForItsInputs()
    {
        using var models = new ModelsFolder().Add("linear");
        await using var server = await TestServer.StartAsync(
            o => o.ModelsPath = models.Path,
            builder: b => b.Services.AddSingleton<IInputEncoderFactory>(new Lengths("ignored"))
                .AddSingleton<IInputEncoderFactory>(new Lengths("word")));

        var encoded = await server.PostAsync(
            "/v1/models/linear:predict", """{"instances": [{"word": "four"}, {"word": "a"}]}""");
        var own = await server.PostAsync(
            "/v1/models/linear:predict", """{"instances": [{"x": [4, 4, 4, 4]}, {"x": [1, 1, 1, 1]}]}""");

        Assert.That(encoded.GetRawText(), Is.EqualTo(own.GetRawText()));
        Assert.That(
            (await server.GetAsync("/v2/models/linear")).GetProperty("inputs")[0].GetProperty("name").GetString(),
            Is.EqualTo("word"), "the last that was registered comes first");
    }

    /// <summary>Four times the length of a word.</summary>
    private sealed class Lengths(string input) : IInputEncoderFactory, IInputEncoder
    {
        public IReadOnlyList<TensorSpec> Inputs { get; } = [new TensorSpec(input, ElementType.String, [-1])];

        public IInputEncoder? Create(ServedModel model) => this;

        public IReadOnlyList<TensorValue> Encode(IReadOnlyList<TensorValue> inputs)
            => [TensorValue.Of(
                inputs[0].Strings.ToArray().SelectMany(static w => Enumerable.Repeat((float)w.Length, 4)).ToArray(),
                inputs[0].Count, 4)];
    }
}
