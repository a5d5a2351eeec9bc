using System.Buffers;
using Google.Protobuf;
using MaaS.Onnx.Inference;
using MaaS.Onnx.Schema;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using static MaaS.Onnx.Schema.TensorProto.Types;

namespace MaaS.Onnx;

/// <summary>Runs a model on tensors of any element type with ONNX Runtime: what checks and passes need, not a serving
/// path. The caller disposes it.</summary>
public sealed class OnnxRunner : IDisposable
{
    private readonly InferenceSession _session;

    /// <summary>Loads a model.</summary>
    /// <exception cref="OnnxRuntimeException">ONNX Runtime refuses it.</exception>
    public OnnxRunner(OnnxModel model)
    {
        ArgumentNullException.ThrowIfNull(model);
        OnnxRuntimeTelemetry.TurnOff();
        // What ONNX Runtime would log as an error it throws as well.
        using var options = new SessionOptions { LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL };
        if (model.WeightBytes < OnnxModel.InlineWeightLimit)
        {
            _session = new InferenceSession(model.ToByteArray(), options);
            return;
        }
        string folder = Directory.CreateTempSubdirectory("maas-onnx-").FullName;
        try
        {
            string path = Path.Combine(folder, "model.onnx");
            model.Save(path);
            _session = new InferenceSession(path, options);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>Runs the model once.</summary>
    /// <param name="feeds">The inputs, by their own names.</param>
    /// <returns>Every output in the graph's order, under its name.</returns>
    public IReadOnlyList<TensorProto> Run(IReadOnlyList<TensorProto> feeds)
    {
        ArgumentNullException.ThrowIfNull(feeds);
        var values = new List<OrtValue>();
        var pins = new List<MemoryHandle>();
        try
        {
            foreach (var feed in feeds)
            {
                var bytes = feed.Bytes();
                pins.Add(bytes.Pin());
                values.Add(Wrap(feed, pins[^1], bytes.Length));
            }
            using var run = new RunOptions();
            using var outputs = _session.Run(
                run, [.. feeds.Select(static feed => feed.Name)], values, _session.OutputNames);
            return [.. outputs.Select((value, i) => Copy(_session.OutputNames[i], value))];
        }
        finally
        {
            foreach (var value in values)
            {
                value.Dispose();
            }

            foreach (var pin in pins)
            {
                pin.Dispose();
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _session.Dispose();

    private static unsafe OrtValue Wrap(TensorProto feed, MemoryHandle pin, int length)
        => OrtValue.CreateTensorValueWithData(
        OrtMemoryInfo.DefaultInstance, (TensorElementType)feed.DataType, [.. feed.Dims], (IntPtr)pin.Pointer, length);

    // ONNX Runtime numbers element types as ONNX does.
    private static TensorProto Copy(string name, OrtValue value)
    {
        var info = value.GetTensorTypeAndShape();
        return OnnxTensor.FromBytes(
            name, (DataType)info.ElementDataType, info.Shape, ByteString.CopyFrom(value.GetTensorMutableRawData()));
    }
}
