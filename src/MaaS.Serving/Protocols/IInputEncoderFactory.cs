using MaaS.Serving.Execution;

namespace MaaS.Serving.Protocols;

/// <summary>
/// Makes the <see cref="IInputEncoder"/> of a model. Register as a service; the last that was registered is asked
/// first, and MaaS's own for texts at the end.
/// </summary>
public interface IInputEncoderFactory
{
    /// <summary>An encoder, or null where the model takes its inputs as they come.</summary>
    IInputEncoder? Create(ServedModel model);
}
