using MaaS.Serving.Faults;
using MaaS.Serving.Grpc.Schema;
using MaaS.Serving.Protocols.SharedMemory;
using MaaS.Serving.Security;

namespace MaaS.Serving.Grpc;

/// <summary>
/// The methods of the system shared memory extension; and those of the CUDA one that clients call to be sure that
/// nothing is left, where nothing can be.
/// </summary>
internal static class GrpcSharedMemory
{
    private const string Region = "shared_memory_region", Offset = "shared_memory_offset",
    ByteSize = "shared_memory_byte_size";

    public static void AddMethods<TService>(GrpcMethods<TService> methods, Func<TService, SharedRegions> regions)
        where TService : class, IGrpcService<TService>
    {
        methods.Unary<SystemSharedMemoryStatusRequest, SystemSharedMemoryStatusResponse>(
            ServingScope.Predict, "SystemSharedMemoryStatus",
            (s, request, call) => Status(regions(s), call.Client.Caller, request.Name));
        methods.Unary<SystemSharedMemoryRegisterRequest, SystemSharedMemoryRegisterResponse>(
            ServingScope.Predict, "SystemSharedMemoryRegister", (s, request, call) =>
            {
                var (offset, size) = (Bytes("offset", request.Offset), Bytes("byte_size", request.ByteSize));
                regions(s).Register(call.Client.Caller, request.Name, request.Key, offset, size);
                return new SystemSharedMemoryRegisterResponse();
            });
        methods.Unary<SystemSharedMemoryUnregisterRequest, SystemSharedMemoryUnregisterResponse>(
            ServingScope.Predict, "SystemSharedMemoryUnregister", (s, request, call) =>
            {
                regions(s).Unregister(call.Client.Caller, request.Name.Length > 0 ? request.Name : null);
                return new SystemSharedMemoryUnregisterResponse();
            });
        methods.Unary<CudaSharedMemoryStatusRequest, CudaSharedMemoryStatusResponse>(
            ServingScope.Predict, "CudaSharedMemoryStatus", static (_, _, _) => new CudaSharedMemoryStatusResponse());
        methods.Unary<CudaSharedMemoryUnregisterRequest, CudaSharedMemoryUnregisterResponse>(
            ServingScope.Predict, "CudaSharedMemoryUnregister",
            static (_, _, _) => new CudaSharedMemoryUnregisterResponse());
    }

    /// <summary>Where a tensor's parameters put it; null where they name no region.</summary>
    /// <exception cref="RequestException">INVALID_ARGUMENT: there is a region and no size, or a value of another
    /// type.</exception>
    public static SharedPart? PartOf(IDictionary<string, InferParameter> parameters)
        => !parameters.TryGetValue(Region, out var region) ? null
            : new SharedPart(
                region.ParameterChoiceCase == InferParameter.ParameterChoiceOneofCase.StringParam ? region.StringParam
                    : throw RequestException.BadRequest(
                        $"parameters: expected a text as '{Region}', got {region.ParameterChoiceCase}"),
                parameters.TryGetValue(Offset, out var offset) ? GrpcParameters.Number(Offset, offset) : 0,
                parameters.TryGetValue(ByteSize, out var size) ? GrpcParameters.Number(ByteSize, size)
                    : throw RequestException.BadRequest($"parameters: expected '{ByteSize}' with a region"));

    /// <summary>Says in an answer where a tensor was written.</summary>
    public static void AddPart(IDictionary<string, InferParameter> parameters, SharedPart part, long size)
    {
        parameters[Region] = new InferParameter { StringParam = part.Region };
        parameters[Offset] = new InferParameter { Int64Param = part.Offset };
        parameters[ByteSize] = new InferParameter { Int64Param = size };
    }

    private static SystemSharedMemoryStatusResponse Status(SharedRegions regions, Caller caller, string name)
    {
        var response = new SystemSharedMemoryStatusResponse();
        foreach (var region in name.Length > 0 ? [regions.Find(caller, name)] : regions.Of(caller))
        {
            response.Regions[region.Name] = new SystemSharedMemoryStatusResponse.Types.RegionStatus
            {
                Name = region.Name,
                Key = region.Key,
                Offset = (ulong)region.Offset,
                ByteSize = (ulong)region.Size,
            };
        }

        return response;
    }

    private static long Bytes(string name, ulong value)
        => value <= long.MaxValue ? (long)value
            : throw RequestException.BadRequest($"{name}: expected at most {long.MaxValue} bytes, got {value}");
}
