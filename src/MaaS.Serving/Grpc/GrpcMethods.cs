using Google.Protobuf;
using Grpc.AspNetCore.Server.Model;
using Grpc.Core;
using MaaS.Serving.Endpoints;
using MaaS.Serving.Security;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.Routing;

namespace MaaS.Serving.Grpc;

/// <summary>Takes the methods of a service: what they throw becomes a status, and their scopes metadata for the
/// guard.</summary>
internal sealed class GrpcMethods<TService>(
    ServiceMethodProviderContext<TService> context, GrpcFailures failures, RequestContextFactory contexts)
    where TService : class, IGrpcService<TService>
{
    /// <summary>Adds a method that takes one message and gives one.</summary>
    public void Unary<TRequest, TResponse>(
        ServingScope scope, string name, Func<TService, TRequest, GrpcCall, ValueTask<TResponse>> run)
        where TRequest : class, IMessage<TRequest>, new()
        where TResponse : class, IMessage<TResponse>, new()
        => context.AddUnaryMethod(
            Method<TRequest, TResponse>(MethodType.Unary, name), Metadata(scope), async (service, request, server) =>
        {
            var http = server.GetHttpContext();
            try
            {
                var response = await run(service, request, Begin(http, server)).ConfigureAwait(false);
                await GrpcCompression.AnswerInKindAsync(server, http, response).ConfigureAwait(false);
                return response;
            }
            catch (Exception e)
            {
                throw failures.Translate(e, http, server.CancellationToken);
            }
        });

    /// <inheritdoc cref="Unary{TRequest, TResponse}(ServingScope, string,
    /// Func{TService, TRequest, GrpcCall, ValueTask{TResponse}})"/>
    public void Unary<TRequest, TResponse>(
        ServingScope scope, string name, Func<TService, TRequest, GrpcCall, TResponse> run)
        where TRequest : class, IMessage<TRequest>, new()
        where TResponse : class, IMessage<TResponse>, new()
        => Unary<TRequest, TResponse>(
            scope, name, (service, request, call) => ValueTask.FromResult(run(service, request, call)));

    /// <summary>Adds a method that takes one message and gives many.</summary>
    public void ServerStreaming<TRequest, TResponse>(
        ServingScope scope, string name, Func<TService, TRequest, IServerStreamWriter<TResponse>, GrpcCall, Task> run)
        where TRequest : class, IMessage<TRequest>, new()
        where TResponse : class, IMessage<TResponse>, new()
        => context.AddServerStreamingMethod(
            Method<TRequest, TResponse>(MethodType.ServerStreaming, name), Metadata(scope),
            async (service, request, responses, server) =>
        {
            var http = server.GetHttpContext();
            try
            {
                await run(service, request, responses, Begin(http, server)).ConfigureAwait(false);
            }
            catch (Exception e)
            {
                throw failures.Translate(e, http, server.CancellationToken);
            }
        });

    /// <summary>Adds a method that reads and writes messages as it likes.</summary>
    public void DuplexStreaming<TRequest, TResponse>(
        ServingScope scope, string name,
        Func<TService, IAsyncStreamReader<TRequest>, IServerStreamWriter<TResponse>, GrpcCall, Task> run)
        where TRequest : class, IMessage<TRequest>, new()
        where TResponse : class, IMessage<TResponse>, new()
        => context.AddDuplexStreamingMethod(
            Method<TRequest, TResponse>(MethodType.DuplexStreaming, name), Metadata(scope),
            async (service, requests, responses, server) =>
        {
            var http = server.GetHttpContext();
            try
            {
                await GrpcCompression.AnswerInKindAsync(server, http).ConfigureAwait(false);
                await run(service, requests, responses, Begin(http, server)).ConfigureAwait(false);
            }
            catch (Exception e)
            {
                throw failures.Translate(e, http, server.CancellationToken);
            }
        });

    private static Method<TRequest, TResponse> Method<TRequest, TResponse>(MethodType type, string name)
        where TRequest : class, IMessage<TRequest>, new()
        where TResponse : class, IMessage<TResponse>, new()
        => new(type, TService.ServiceName, name, GrpcMarshaller<TRequest>.Instance, GrpcMarshaller<TResponse>.Instance);

    /// <summary>Every message names its model itself, if any, and its size is limited by itself.</summary>
    private static object[] Metadata(ServingScope scope)
        => [
            new HttpMethodMetadata([HttpMethods.Post]), new ScopeMetadata(scope), ModelMetadata.InMessage,
            new NoBodyLimit()];

    private GrpcCall Begin(HttpContext http, ServerCallContext server)
    {
        var client = contexts.Of(http);
        long? deadline = server.Deadline is var until && until != DateTime.MaxValue ? contexts.DeadlineAt(until) : null;
        client.EndBy(deadline);
        return new GrpcCall(http, client, deadline, server.CancellationToken);
    }

    private sealed class NoBodyLimit : IRequestSizeLimitMetadata
    {
        public long? MaxRequestBodySize => null;
    }
}
