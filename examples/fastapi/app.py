import os
import time
from pathlib import Path

import httpx
import jwt
from fastapi import Depends, FastAPI, HTTPException
from fastapi.responses import FileResponse
from fastapi.security import HTTPBasic, HTTPBasicCredentials

HUB, SECRET = os.environ.get("HUB_URL", "http://localhost:8080"), os.environ["TIDINGS_AUTH_SECRET"]
app, sign_in = FastAPI(), HTTPBasic()


def user(given: HTTPBasicCredentials = Depends(sign_in)):  # whatever sign-in the application already has
    if given.password != "demo":
        raise HTTPException(401, headers={"WWW-Authenticate": "Basic"})
    return given.username


def token(name, **permissions):  # the application's own JWT; the hub shares its secret
    claims = {"sub": name, "iat": int(time.time()), "exp": int(time.time()) + 300, "tidings": permissions}
    return jwt.encode(claims, SECRET, algorithm="HS256")


app.get("/")(lambda name=Depends(user): FileResponse(Path(__file__).parent.parent / "page.html"))
app.get("/token")(lambda name=Depends(user): {"hub": HUB, "token": token(name)})


@app.post("/chapters/{number}")
def update_chapter(number: int, name: str = Depends(user)):
    event = {"type": "chapter.updated", "data": {"number": number}, "users": [name]}
    bearer = {"Authorization": f"Bearer {token('backend', publish=['**'])}"}
    return httpx.post(f"{HUB}/api/v1/events", json=event, headers=bearer).raise_for_status().json()
