using MaaS.Serving.Faults;
using MaaS.Serving.Grpc.Schema;

namespace MaaS.Serving.Grpc;

/// <summary>Reads the parameters of requests, inputs and outputs.</summary>
internal static class GrpcParameters
{
    /// <summary>An integer, in whichever way a client writes it.</summary>
    /// <exception cref="RequestException">INVALID_ARGUMENT: it is none.</exception>
    public static long Number(string name, InferParameter value) => value.ParameterChoiceCase switch
    {
        InferParameter.ParameterChoiceOneofCase.Int64Param => value.Int64Param,
        InferParameter.ParameterChoiceOneofCase.Uint64Param => (long)Math.Min(value.Uint64Param, long.MaxValue),
        InferParameter.ParameterChoiceOneofCase.StringParam when long.TryParse(value.StringParam, out var number)
            => number,
        _ => throw RequestException.BadRequest(
            $"parameters: expected an integer as '{name}', got {value.ParameterChoiceCase}"),
    };
}
