using System.Text;
using MaaS.Core.InputData;
using MaaS.Fuzzing.Engine;

namespace MaaS.Fuzzing.Harnesses;

/// <summary>Inputs of a model, one JSON object a line.</summary>
internal sealed class InputLinesHarness : IFuzzHarness
{
    public string Name => "input-lines";

    public IReadOnlyList<string> Words { get; } = ["\"x\"", "\"n\"", "\"t\"", "\"b\"", "[", "]", "{", "}", ",", ":", "\n", "null", "true", "1e39", "NaN", "\"NaN\"", "\"\\ud800\""];

    public IReadOnlyList<byte[]> Seeds() =>
    [
        Encoding.UTF8.GetBytes("""{"x":[[1,2,3,4]],"n":[1],"t":["a"],"b":[[true,false]],"h":[1.5],"u":[[1]],"d":0.5,"s":[[1,2,3],[4,5,6]]}""" + "\n"),
        Encoding.UTF8.GetBytes("{\"x\":[[1,2,3,4],[5,6,7,8.5e-3]]}\n\n{\"x\":[]}\n"),
    ];

    public int LargestInput => 1 << 11;

    public bool IsDocumented(Exception exception) => exception is InvalidDataException;

    public void Run(byte[] input)
    {
        var path = TemporaryPath.Write("lines.jsonl", input);
        Read(path, ServedInputs.Many.Inputs);
        Read(path, ServedInputs.One.Inputs);
    }

    private static void Read(string path, IReadOnlyList<Onnx.Inference.TensorSpec> inputs)
    {
        try
        {
            foreach (var tensor in new InputLines(path, inputs).SelectMany(line => line.Values))
            {
                TensorRoundTrip.Binary(tensor);
            }
        }
        catch (InvalidDataException)
        {
            // The other model may take the lines.
        }
    }
}
