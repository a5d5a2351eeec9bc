using MaaS.Serving.Execution;
using Microsoft.Extensions.Options;

namespace MaaS.Serving.Protocols;

/// <summary>Lets every package with text preprocessing take raw texts.</summary>
internal sealed class TextInputEncoderFactory(IOptions<MaaSServingOptions> options) : IInputEncoderFactory
{
    public IInputEncoder? Create(ServedModel model)
        => model.Text is { } encoder ? new TextInputEncoder(model, encoder, options.Value.For(model.Name)) : null;
}
