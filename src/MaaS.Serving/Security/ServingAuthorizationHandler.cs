using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace MaaS.Serving.Security;

/// <summary>Answers a <see cref="ServingRequirement"/> with the decision that MaaS's own endpoints ask for.</summary>
internal sealed class ServingAuthorizationHandler(ICallerFactory callers) : AuthorizationHandler<ServingRequirement>
{
    protected override Task HandleRequirementAsync(AuthorizationHandlerContext context, ServingRequirement requirement)
    {
        var model = context.Resource as string ?? (context.Resource as HttpContext)?.GetRouteValue("name") as string;
        var caller = context.User.Identity?.IsAuthenticated == true ? callers.Create(context.User) : null;
        if (caller is not null)
        {
            if (ServingAuthorization.Refusal(caller, requirement.Scope, model) is { } refusal)
            {
                context.Fail(new AuthorizationFailureReason(this, refusal.Message));
            }
            else
            {
                context.Succeed(requirement);
            }
        }

        return Task.CompletedTask;
    }
}
