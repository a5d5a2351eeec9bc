using System.Text.Json;
using MaaS.Serving.Json;
using MaaS.Serving.Protocols.Forms;

namespace MaaS.Serving.Protocols.TensorFlow;

/// <summary>The forms of TensorFlow Serving's requests: <c>instances</c> and <c>inputs</c>.</summary>
/// <param name="tensors">Gets the inputs.</param>
internal sealed class TensorFlowRequest(RequestTensors tensors) : IRequestForms
{
    /// <summary>The only signature of an ONNX model.</summary>
    public const string DefaultSignature = RequestObject.DefaultSignature;

    public string Expected => "'instances' or 'inputs'";

    public RequestForm? Of(in Utf8JsonReader member)
        => JsonText.Is(member, "instances"u8)
            ? RequestForm.Row : JsonText.Is(member, "inputs"u8) ? RequestForm.Column : null;

    public RequestForm Read(ref Utf8JsonReader reader, ReadOnlySpan<byte> json, RequestForm form)
    {
        if (form == RequestForm.Row)
        {
            RowsAndColumns.ReadRows(ref reader, json, tensors);
        }
        else
        {
            RowsAndColumns.ReadColumns(ref reader, json, tensors);
        }

        return form;
    }
}
