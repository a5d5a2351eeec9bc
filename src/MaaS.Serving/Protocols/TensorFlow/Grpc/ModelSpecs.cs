using System.Globalization;
using MaaS.Serving.Execution;
using MaaS.Serving.Faults;
using MaaS.Serving.Models;
using MaaS.Serving.Protocols.TensorFlow.Schema;

namespace MaaS.Serving.Protocols.TensorFlow.Grpc;

/// <summary>Models as TensorFlow Serving's messages name them.</summary>
internal static class ModelSpecs
{
    /// <summary>The model that a message names.</summary>
    /// <exception cref="RequestException">INVALID_ARGUMENT: there is no name, or a signature that no ONNX model
    /// has.</exception>
    public static ModelReference Reference(ModelSpec? spec)
    {
        if (spec is not { Name.Length: > 0 })
        {
            throw RequestException.BadRequest("model_spec: expected the name of a model, got none");
        }

        ThrowIfOtherSignature(spec);
        return spec.VersionChoiceCase switch
        {
            ModelSpec.VersionChoiceOneofCase.Version
                => new ModelReference(spec.Name, spec.Version?.ToString(CultureInfo.InvariantCulture)),
            ModelSpec.VersionChoiceOneofCase.VersionLabel => new ModelReference(spec.Name, Label: spec.VersionLabel),
            _ => new ModelReference(spec.Name),
        };
    }

    /// <summary>The model of an address, which a message may name once more.</summary>
    /// <exception cref="RequestException">400: the message names another model or version than the address.</exception>
    public static ModelReference Reference(ModelReference routed, ModelSpec? spec)
    {
        if (spec is null or { Name: "", VersionChoiceCase: ModelSpec.VersionChoiceOneofCase.None, SignatureName: "" })
        {
            return routed;
        }

        var asked = Reference(spec.Name.Length > 0 ? spec : new ModelSpec(spec) { Name = routed.Name! });
        if (asked.Name != routed.Name)
        {
            throw RequestException.BadRequest(
                $"model_spec: expected the model of the address, '{routed.Name}', got '{asked.Name}'");
        }

        var isOpen = (routed.Version ?? routed.Label) is null;
        return isOpen || (asked.Version ?? asked.Label) is null || asked == routed ? isOpen ? asked : routed
            : throw RequestException.BadRequest(
                $"model_spec: expected the version of the address, {routed.Version ?? routed.Label}, got "
                    + $"{asked.Version ?? asked.Label}");
    }

    /// <summary>The version that answered.</summary>
    public static ModelSpec Of(ServedModel model)
        => new() { Name = model.Name, Version = model.Version, SignatureName = TensorFlowRequest.DefaultSignature };

    private static void ThrowIfOtherSignature(ModelSpec spec)
    {
        if (spec.SignatureName is not ("" or TensorFlowRequest.DefaultSignature))
        {
            throw RequestException.BadRequest(
                $"model_spec: expected the signature '{TensorFlowRequest.DefaultSignature}', the only one of an ONNX "
                    + $"model, got '{spec.SignatureName}'");
        }
    }
}
